#include "http/edge/openapi.hpp"
#include "http/edge/routes.hpp"
#include "http/wire/request_json.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace kubesage {

namespace {

namespace dom = simdjson::dom;

class openapi_test : public ::testing::Test {
protected:
  void SetUp() override {
    // The reader of requests is the strict one: it refuses a key that occurs twice.
    auto parsed = json_document::parse(render_openapi());
    ASSERT_TRUE(parsed) << detail_of(parsed.error());
    document_ = std::make_unique<json_document>(std::move(*parsed));
  }

  [[nodiscard]] dom::element at(const std::string& pointer) const {
    dom::element found;
    EXPECT_EQ(document_->root().at_pointer(pointer).get(found), simdjson::SUCCESS) << pointer;
    return found;
  }

  [[nodiscard]] bool has(const std::string& pointer) const {
    return document_->root().at_pointer(pointer).error() == simdjson::SUCCESS;
  }

  [[nodiscard]] std::string text_at(const std::string& pointer) const {
    std::string_view text;
    EXPECT_EQ(at(pointer).get(text), simdjson::SUCCESS) << pointer;
    return std::string{text};
  }

  /// The pointer to the operation of `row`.
  static std::string operation_of(const route& row) {
    std::string path;
    for (const char c : row.path)
      path += c == '/' ? "~1" : std::string(1, c);
    const auto method = row.method == verb::get    ? "get"
                        : row.method == verb::post ? "post"
                        : row.method == verb::put  ? "put"
                                                   : "delete";
    return "/paths/" + path + "/" + method;
  }

  std::unique_ptr<json_document> document_;
};

/// Whether `code` stands in a list with commas.
bool lists(const std::string& text, std::string_view code) {
  return (", " + text + ",").find(", " + std::string{code} + ",") != std::string::npos;
}

void collect_references(const dom::element& element, std::set<std::string>& found) {
  if (element.is_array())
    for (const auto child : dom::array(element))
      collect_references(child, found);
  if (!element.is_object())
    return;
  for (const auto field : dom::object(element)) {
    if (field.key == "$ref")
      found.insert(std::string{std::string_view(field.value)});
    collect_references(field.value, found);
  }
}

TEST_F(openapi_test, says_what_it_is) {
  EXPECT_EQ(text_at("/openapi"), "3.1.0");
  EXPECT_EQ(text_at("/info/title"), "KubeSage");
  EXPECT_EQ(text_at("/info/version"), KUBESAGE_VERSION);
}

TEST_F(openapi_test, describes_the_rows_of_the_api_and_nothing_else) {
  std::set<std::string> expected;
  for (const auto& row : route_table)
    if (serves(row.where, listener::api))
      expected.insert(operation_of(row));
  std::set<std::string> found;
  for (const auto path : dom::object(at("/paths")))
    for (const auto method : dom::object(path.value)) {
      std::string pointer = "/paths/";
      for (const char c : path.key)
        pointer += c == '/' ? "~1" : std::string(1, c);
      found.insert(pointer + "/" + std::string{method.key});
    }
  EXPECT_EQ(found, expected);
}

TEST_F(openapi_test, gives_each_operation_its_id_role_and_success) {
  for (const auto& row : route_table) {
    if (!serves(row.where, listener::api))
      continue;
    const auto here = operation_of(row);
    EXPECT_EQ(text_at(here + "/operationId"), row.operation_id);
    EXPECT_EQ(has(here + "/security/0/bearer"), row.needs.has_value()) << here;
    if (row.needs) {
      EXPECT_NE(text_at(here + "/description").find(name_of(*row.needs)), std::string::npos);
    }
    EXPECT_TRUE(has(here + "/responses/" + std::to_string(row.success))) << here;
  }
}

TEST_F(openapi_test, lists_every_error_of_a_row_under_its_status) {
  for (const auto& row : route_table) {
    if (!serves(row.where, listener::api))
      continue;
    std::set<errc> expected{row.errors.begin(), row.errors.end()};
    if (row.needs)
      expected.insert({errc::unauthenticated, errc::forbidden, errc::overloaded,
                       errc::too_many_requests, errc::deadline_exceeded});
    if (!row.body.empty() || row.path.find('{') != std::string_view::npos)
      expected.insert(errc::validation_failed);
    for (const auto code : expected) {
      const auto place = operation_of(row) + "/responses/"
                         + std::to_string(traits(code).http_status) + "/description";
      EXPECT_TRUE(lists(text_at(place), traits(code).code)) << place << ' ' << traits(code).code;
    }
  }
}

TEST_F(openapi_test, lists_no_error_that_the_row_cannot_give) {
  for (const auto& row : route_table) {
    if (!serves(row.where, listener::api))
      continue;
    for (const auto answer : dom::object(at(operation_of(row) + "/responses"))) {
      if (answer.key == std::to_string(row.success))
        continue;
      const std::string names{std::string_view(answer.value["description"])};
      for (const auto& entry : error_table) {
        if (!lists(names, entry.code))
          continue;
        EXPECT_EQ(std::to_string(entry.http_status), answer.key);
        if (entry.code.starts_with("CLUSTER_")) {
          EXPECT_NE(std::find(row.errors.begin(), row.errors.end(), entry.value), row.errors.end())
              << row.path << ' ' << entry.code;
        }
      }
    }
  }
}

TEST_F(openapi_test, describes_every_field_of_a_body) {
  for (const auto& row : route_table) {
    if (!serves(row.where, listener::api))
      continue;
    const auto schema = operation_of(row) + "/requestBody/content/application~1json/schema";
    if (row.body.empty()) {
      EXPECT_FALSE(has(operation_of(row) + "/requestBody")) << row.path;
      continue;
    }
    std::set<std::string> required;
    for (const auto name : dom::array(at(schema + "/required")))
      required.insert(std::string{std::string_view(name)});
    for (const auto& field : row.body) {
      const auto place = schema + "/properties/" + std::string{field.name};
      EXPECT_EQ(text_at(place + "/description"), field.description);
      EXPECT_TRUE(has(place + "/type")) << place;
      EXPECT_EQ(required.erase(std::string{field.name}), field.is_required ? 1U : 0U);
    }
    EXPECT_TRUE(required.empty());
    EXPECT_EQ(dom::object(at(schema + "/properties")).size(), row.body.size());
  }
}

TEST_F(openapi_test, describes_parameters_of_path_and_query) {
  for (const auto& row : route_table) {
    if (!serves(row.where, listener::api))
      continue;
    const auto in_path =
        static_cast<std::size_t>(std::count(row.path.begin(), row.path.end(), '{'));
    const auto count = row.query.size() + in_path;
    const auto here = operation_of(row) + "/parameters";
    ASSERT_EQ(has(here), count > 0) << here;
    if (count == 0)
      continue;
    std::set<std::string> names;
    for (const auto parameter : dom::array(at(here))) {
      const std::string name{std::string_view(parameter["name"])};
      names.insert(name);
      const bool is_in_path = std::string_view(parameter["in"]) == "path";
      EXPECT_EQ(is_in_path, row.path.find("{" + name + "}") != std::string_view::npos) << name;
      EXPECT_EQ(bool(parameter["required"]), is_in_path) << name;
    }
    EXPECT_EQ(names.size(), count);
    for (const auto& query : row.query)
      EXPECT_EQ(names.count(std::string{query.name}), 1U) << query.name;
  }
}

TEST_F(openapi_test, refers_only_to_schemas_that_it_holds_and_holds_no_other) {
  std::set<std::string> used;
  collect_references(document_->root(), used);
  std::set<std::string> held;
  for (const auto schema : dom::object(at("/components/schemas")))
    held.insert("#/components/schemas/" + std::string{schema.key});
  EXPECT_EQ(used, held);
}

TEST_F(openapi_test, requires_only_properties_that_a_schema_has) {
  for (const auto schema : dom::object(at("/components/schemas"))) {
    const auto here = "/components/schemas/" + std::string{schema.key};
    if (!has(here + "/required"))
      continue;
    for (const auto name : dom::array(at(here + "/required")))
      EXPECT_TRUE(has(here + "/properties/" + std::string{std::string_view(name)}))
          << here << ' ' << std::string_view(name);
  }
}

TEST_F(openapi_test, allows_no_private_key_in_the_answer_about_a_cluster) {
  EXPECT_EQ(text_at("/components/schemas/Cluster/properties/tls_key/type"), "null");
  EXPECT_FALSE(has("/components/schemas/Cluster/properties/token"));
}

} // namespace

} // namespace kubesage
