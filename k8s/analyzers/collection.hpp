#pragma once

#include "k8s/analyzers/name_index.hpp"
#include "k8s/analyzers/object_parts.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

namespace kubesage::analysis {

/// The order of objects in every collection.
bool comes_before(const object_meta& left, const object_meta& right);

/// Objects of one type, which stand elsewhere, sorted by namespace and name.
template <class T>
class collection {
public:
  class iterator {
  public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    iterator() = default;
    explicit iterator(const T* const* at) : at_(at) {}
    const T& operator*() const {
      return **at_;
    }
    const T* operator->() const {
      return *at_;
    }
    iterator& operator++() {
      ++at_;
      return *this;
    }
    iterator operator++(int) {
      auto old = *this;
      ++at_;
      return old;
    }
    bool operator==(const iterator&) const = default;

  private:
    const T* const* at_ = nullptr;
  };

  void add(std::span<const T> objects) {
    for (const T& each : objects)
      sorted_.push_back(&each);
  }

  /// An object that is there twice, as when a list shifts between two pages, stays once.
  void seal() {
    const auto less = [](const T* left, const T* right) {
      return comes_before(left->meta, right->meta);
    };
    if (!std::is_sorted(sorted_.begin(), sorted_.end(), less))
      std::stable_sort(sorted_.begin(), sorted_.end(), less);
    const auto end =
        std::unique(sorted_.begin(), sorted_.end(), [&](const T* left, const T* right) {
          return !less(left, right) && !less(right, left)
                 && left->meta.uid_hash == right->meta.uid_hash;
        });
    sorted_.erase(end, sorted_.end());
    sorted_.shrink_to_fit();
    index_.build(sorted_.size());
    for (std::size_t i = 0; i < sorted_.size(); ++i)
      index_.insert(name_index::hash(sorted_[i]->meta.kube_namespace, sorted_[i]->meta.name),
                    static_cast<std::uint32_t>(i));
  }

  [[nodiscard]] const T* find(std::string_view kube_namespace, std::string_view name) const {
    const T* found = nullptr;
    index_.find(name_index::hash(kube_namespace, name), [&](std::uint32_t position) {
      const auto& meta = sorted_[position]->meta;
      if (meta.name.view() != name || meta.kube_namespace.view() != kube_namespace)
        return false;
      found = sorted_[position];
      return true;
    });
    return found;
  }

  /// Those of one namespace.
  [[nodiscard]] std::span<const T* const> in_namespace(std::string_view kube_namespace) const {
    const auto [first, last] =
        std::equal_range(sorted_.begin(), sorted_.end(), kube_namespace, namespace_order{});
    return {first, last};
  }

  [[nodiscard]] iterator begin() const noexcept {
    return iterator{sorted_.data()};
  }
  [[nodiscard]] iterator end() const noexcept {
    return iterator{sorted_.data() + sorted_.size()};
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return sorted_.size();
  }
  [[nodiscard]] bool empty() const noexcept {
    return sorted_.empty();
  }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return sorted_.capacity() * sizeof(T*) + index_.bytes();
  }

private:
  struct namespace_order {
    bool operator()(const T* left, std::string_view right) const {
      return left->meta.kube_namespace.view() < right;
    }
    bool operator()(std::string_view left, const T* right) const {
      return left < right->meta.kube_namespace.view();
    }
  };

  std::vector<const T*> sorted_;
  name_index index_;
};

} // namespace kubesage::analysis
