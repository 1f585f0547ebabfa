#include "k8s/policy/output_filter.hpp"

#include "k8s/policy/basic_regex.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace kubesage::policy {

namespace {

class head_stage final : public filter_stage {
public:
  explicit head_stage(std::size_t lines) : left_(lines) {}

  void feed(std::string_view chunk, std::string& out) override {
    while (left_ > 0 && !chunk.empty()) {
      const auto end = chunk.find('\n');
      if (end == std::string_view::npos) {
        out += chunk;
        return;
      }
      out += chunk.substr(0, end + 1);
      chunk.remove_prefix(end + 1);
      --left_;
    }
  }
  void finish(std::string& /*out*/) override {}
  [[nodiscard]] bool wants_more() const noexcept override {
    return left_ > 0;
  }

private:
  std::size_t left_;
};

class tail_stage final : public filter_stage {
public:
  explicit tail_stage(std::size_t lines) : lines_(lines) {}

  void feed(std::string_view chunk, std::string& /*out*/) override {
    while (!chunk.empty()) {
      const auto end = chunk.find('\n');
      const auto part = chunk.substr(0, end == std::string_view::npos ? end : end + 1);
      if (kept_.empty() || kept_.back().ends_with('\n'))
        kept_.emplace_back();
      const auto room = filter_chain::max_kept_bytes
                        - std::min(kept_.back().size(), filter_chain::max_kept_bytes);
      if (part.size() > room)
        is_truncated_ = true;
      kept_.back() += part.substr(0, room);
      bytes_ += std::min(part.size(), room);
      chunk.remove_prefix(part.size());
      drop();
    }
  }
  void finish(std::string& out) override {
    for (const auto& line : kept_)
      out += line;
  }
  [[nodiscard]] bool is_truncated() const noexcept override {
    return is_truncated_;
  }

private:
  void drop() {
    while (
        !kept_.empty()
        && (kept_.size() > lines_ || (bytes_ > filter_chain::max_kept_bytes && kept_.size() > 1))) {
      is_truncated_ = is_truncated_ || kept_.size() <= lines_;
      bytes_ -= kept_.front().size();
      kept_.pop_front();
    }
  }

  std::size_t lines_;
  std::deque<std::string> kept_;
  std::size_t bytes_ = 0;
  bool is_truncated_ = false;
};

class grep_stage final : public filter_stage {
public:
  explicit grep_stage(const output_filter& filter)
      : regex_(basic_regex::make(filter.pattern, filter.ignores_case)),
        is_inverted_(filter.is_inverted) {}

  void feed(std::string_view chunk, std::string& out) override {
    while (!chunk.empty()) {
      const auto end = chunk.find('\n');
      const auto part = chunk.substr(0, end);
      const auto room = filter_chain::max_kept_bytes - line_.size();
      if (part.size() > room)
        is_truncated_ = true;
      line_ += part.substr(0, room);
      if (end == std::string_view::npos)
        return;
      judge(out);
      chunk.remove_prefix(end + 1);
    }
  }
  void finish(std::string& out) override {
    if (!line_.empty())
      judge(out);
  }
  [[nodiscard]] bool is_truncated() const noexcept override {
    return is_truncated_;
  }

private:
  void judge(std::string& out) {
    if (regex_ != nullptr && regex_->matches(line_) != is_inverted_) {
      out += line_;
      out += '\n';
    }
    line_.clear();
  }

  std::unique_ptr<basic_regex> regex_;
  bool is_inverted_;
  std::string line_;
  bool is_truncated_ = false;
};

class count_stage final : public filter_stage {
public:
  void feed(std::string_view chunk, std::string& /*out*/) override {
    lines_ += std::count(chunk.begin(), chunk.end(), '\n');
  }
  void finish(std::string& out) override {
    out += std::to_string(lines_);
    out += '\n';
  }

private:
  std::ptrdiff_t lines_ = 0;
};

std::unique_ptr<filter_stage> make_stage(const output_filter& filter) {
  switch (filter.what) {
  case output_filter::kind::head:
    return std::make_unique<head_stage>(filter.lines);
  case output_filter::kind::tail:
    return std::make_unique<tail_stage>(filter.lines);
  case output_filter::kind::grep:
    return std::make_unique<grep_stage>(filter);
  case output_filter::kind::count_lines:
    break;
  }
  return std::make_unique<count_stage>();
}

} // namespace

filter_chain::filter_chain(std::span<const output_filter> filters) {
  for (const auto& filter : filters)
    stages_.push_back(make_stage(filter));
}

void filter_chain::pass(std::size_t first, std::string chunk, std::string& out) {
  for (std::size_t i = first; i < stages_.size() && !chunk.empty(); ++i) {
    std::string next;
    stages_[i]->feed(chunk, next);
    chunk = std::move(next);
  }
  out += chunk;
}

void filter_chain::feed(std::string_view chunk, std::string& out) {
  if (stages_.empty())
    out += chunk;
  else
    pass(0, std::string{chunk}, out);
}

void filter_chain::finish(std::string& out) {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    std::string rest;
    stages_[i]->finish(rest);
    pass(i + 1, std::move(rest), out);
  }
}

bool filter_chain::wants_more() const noexcept {
  // A head that has had enough ends all before it, but what counts behind it is yet to be told.
  return std::all_of(stages_.begin(), stages_.end(),
                     [](const auto& stage) { return stage->wants_more(); });
}

bool filter_chain::is_truncated() const noexcept {
  return std::any_of(stages_.begin(), stages_.end(),
                     [](const auto& stage) { return stage->is_truncated(); });
}

} // namespace kubesage::policy
