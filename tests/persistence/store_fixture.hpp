#pragma once

#include "messages/auth.hpp"
#include "persistence/database.hpp"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

namespace kubesage {

/// A store in a directory of its own that goes with the test.
class store_fixture : public ::testing::Test {
public:
  store_fixture() {
    auto pattern = (std::filesystem::temp_directory_path() / "kubesage-store-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    directory = folder / "data";
  }

  ~store_fixture() override {
    db.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }

  /// Opens the store, again where it is open.
  void open() {
    db.reset();
    auto opened = database::open({directory});
    ASSERT_TRUE(opened) << caf::to_string(opened.error());
    db = std::move(*opened);
  }

  static tenant user(std::int64_t number) {
    return tenant_issuer::issue(user_id{number});
  }

  std::filesystem::path folder;
  std::filesystem::path directory;
  std::unique_ptr<database> db;
};

} // namespace kubesage
