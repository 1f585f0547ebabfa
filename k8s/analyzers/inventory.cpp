#include "k8s/analyzers/inventory.hpp"

#include <algorithm>

namespace kubesage::analysis {

void inventory::add(page from) {
  pages_.push_back(std::move(from));
}

void inventory::drop(object_kind kind) {
  std::erase_if(pages_, [kind](const page& each) { return each.kind == kind; });
}

void inventory::seal() {
  for (const auto& each : pages_)
    std::visit(
        [this]<class T>(std::span<const T> objects) {
          std::get<collection<T>>(collections_).add(objects);
        },
        each.objects);
  std::apply([](auto&... each) { (each.seal(), ...); }, collections_);
}

std::size_t inventory::objects(object_kind kind) const {
  std::size_t found = 0;
  for (const auto& each : pages_)
    found += each.kind == kind ? each.size() : 0;
  return found;
}

std::size_t inventory::bytes() const {
  std::size_t held = pages_.capacity() * sizeof(page);
  for (const auto& each : pages_)
    held += each.storage.bytes();
  return held
         + std::apply([](const auto&... each) { return (each.bytes() + ... + 0U); }, collections_);
}

} // namespace kubesage::analysis
