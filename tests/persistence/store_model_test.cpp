#include "messages/error.hpp"
#include "persistence/keys.hpp"
#include "persistence/local_journal.hpp"
#include "tests/persistence/store_fixture.hpp"
#include "tests/support/faulty_file_system.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <future>
#include <map>
#include <random>
#include <vector>

namespace kubesage {
namespace {

/// The store against a map in memory: random changes of a few users' rows, reads in both
/// directions, restarts, and power cuts. After a cut the store is the map as it was after some
/// change at or behind the last acknowledged one: a prefix, without a hole.
class store_model_test : public store_fixture {
public:
  using place = std::pair<family, std::string>;
  using model = std::map<place, std::string>;

  explicit store_model_test() {
    if (const char* asked = std::getenv("KUBESAGE_TEST_SEED"))
      seed = std::strtoull(asked, nullptr, 10);
    random.seed(seed);
  }

  ~store_model_test() override {
    db.reset(); // Before the file system under it.
  }

  std::uint64_t below(std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>{0, bound - 1}(random);
  }

  void open_faulty() {
    files = std::make_shared<test::faulty_file_system>();
    env = rocksdb::NewCompositeEnv(files);
    database_options options{directory};
    options.env = env.get();
    options.write_buffer_bytes = 64U << 10U;
    auto opened = database::open(options);
    ASSERT_TRUE(opened) << detail_of(opened.error()) << " seed " << seed;
    db = std::move(*opened);
  }

  family a_family() {
    constexpr std::array choices{family::clusters, family::rules, family::findings, family::labels};
    return choices[below(choices.size())];
  }

  std::string a_key(const tenant& owner) {
    return cluster_key(owner, cluster_id{static_cast<std::int64_t>(below(12))});
  }

  /// One change: a few rows put, deleted, or deleted by range.
  journal_entry a_change() {
    const auto owner = user(1 + static_cast<std::int64_t>(below(4)));
    journal_entry entry{owner, {}, {}};
    for (auto rows = 1 + below(4); rows > 0; --rows) {
      const auto where = a_family();
      switch (below(5)) {
      case 0:
        entry.rows.push_back({where, a_key(owner), std::nullopt});
        break;
      case 1: {
        auto from = a_key(owner);
        auto to = a_key(owner);
        if (to < from)
          std::swap(from, to);
        if (from < to)
          entry.rows.push_back({where, from, std::nullopt, to});
        break;
      }
      default:
        entry.rows.push_back(
            {where, a_key(owner), std::string(below(2000), 'v') + "#" + std::to_string(random())});
      }
    }
    return entry;
  }

  static void apply(model& rows, const journal_entry& entry) {
    for (const auto& x : entry.rows)
      if (!x.until.empty())
        rows.erase(rows.lower_bound({x.where, x.key}), rows.lower_bound({x.where, x.until}));
      else if (x.value)
        rows[{x.where, x.key}] = *x.value;
      else
        rows.erase({x.where, x.key});
  }

  [[nodiscard]] model all_rows() const {
    model rows;
    for (const auto where : {family::clusters, family::rules, family::findings, family::labels})
      EXPECT_FALSE(db->scan(where, {}, std::string(32, '\xff'), [&](auto key, auto value) {
        rows.emplace(place{where, key}, value);
        return true;
      }));
    return rows;
  }

  void expect_reads(const model& rows) {
    const auto owner = user(1 + static_cast<std::int64_t>(below(4)));
    const auto where = a_family();
    const auto key = a_key(owner);
    const auto got = db->get(where, key);
    ASSERT_TRUE(got);
    const auto wanted = rows.find({where, key});
    ASSERT_EQ(got->has_value(), wanted != rows.end()) << "seed " << seed;
    if (*got) {
      ASSERT_EQ(**got, wanted->second) << "seed " << seed;
    }
    const auto from = user_key(owner);
    const auto to = end_of_prefix(from);
    std::vector<std::string> forward;
    std::vector<std::string> backward;
    std::vector<std::string> expected;
    ASSERT_FALSE(db->scan(where, from, to, [&](auto k, auto) {
      forward.emplace_back(k);
      return true;
    }));
    ASSERT_FALSE(db->scan_back(where, from, to, [&](auto k, auto) {
      backward.emplace_back(k);
      return true;
    }));
    for (auto x = rows.lower_bound({where, from}); x != rows.lower_bound({where, to}); ++x)
      expected.push_back(x->first.second);
    ASSERT_EQ(forward, expected) << "seed " << seed;
    std::reverse(backward.begin(), backward.end());
    ASSERT_EQ(backward, expected) << "seed " << seed;
  }

  std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random;
  std::shared_ptr<test::faulty_file_system> files;
  std::unique_ptr<rocksdb::Env> env;
};

int changes_of_a_run() {
  const char* asked = std::getenv("KUBESAGE_TEST_CHANGES");
  return asked != nullptr ? std::atoi(asked) : test::is_sanitized ? 400 : 2'000;
}

TEST_F(store_model_test, is_the_map_that_the_changes_make_over_restarts_and_power_cuts) {
  RecordProperty("seed", std::to_string(seed));
  model rows; // As acknowledged.
  for (int left = changes_of_a_run(); left > 0;) {
    ASSERT_NO_FATAL_FAILURE(open_faulty());
    ASSERT_EQ(all_rows(), rows) << "seed " << seed;
    const bool cuts = below(2) == 0;
    if (cuts)
      files->cut_power_at(1 + below(600));
    std::vector<model> after; // What the store may be: after each change that was not refused.
    after.push_back(rows);
    {
      local_journal writer{*db, {}};
      bool is_refused = false;
      for (auto group = 1 + below(60); group > 0 && !is_refused && left > 0; --group) {
        std::vector<std::future<errc>> answers;
        std::vector<journal_entry> entries;
        for (auto count = 1 + below(8); count > 0; --count, --left) {
          auto answer = std::make_shared<std::promise<errc>>();
          answers.push_back(answer->get_future());
          // Of one user, so that the order within a batch is the order of the changes.
          entries.push_back(a_change());
          if (entries.front().owner.user() != entries.back().owner.user()) {
            entries.pop_back();
            answers.pop_back();
            continue;
          }
          writer.append(entries.back(), [answer](errc code) { answer->set_value(code); });
        }
        auto state = after.back();
        for (std::size_t i = 0; i < entries.size(); ++i) {
          apply(state, entries[i]);
          const auto code = answers[i].get();
          if (code == errc::none)
            rows = state;
          else
            is_refused = true;
          after.push_back(state);
        }
        if (!is_refused) {
          ASSERT_NO_FATAL_FAILURE(expect_reads(rows));
        }
      }
    }
    if (cuts)
      files->cut_power();
    db.reset();
    if (!cuts)
      continue;
    files->lose_unsynced(random);
    open();
    const auto found = all_rows();
    const auto acknowledged = std::find(after.rbegin(), after.rend(), rows);
    ASSERT_NE(acknowledged, after.rend());
    ASSERT_NE(std::find(after.rbegin(), std::next(acknowledged), found), std::next(acknowledged))
        << "not a prefix of the changes that holds all acknowledged ones; seed " << seed;
    rows = found;
    db.reset();
  }
}

} // namespace
} // namespace kubesage
