#include "k8s/native/table.hpp"

#include <string>

#include <gtest/gtest.h>

namespace kubesage::k8s::native {

namespace {

std::string columns_of(std::string_view text) {
  tab_writer writer;
  writer.write(text);
  std::string out;
  writer.flush(out);
  return out;
}

/// One Table of pods with the cells NAME, READY and a hidden IP.
std::string table(const std::string& rows, const std::string& version = "v1") {
  return R"({"kind":"Table","apiVersion":"meta.k8s.io/)" + version
         + R"(","columnDefinitions":[)"
           R"({"name":"Name","type":"string","format":"name","description":"d","priority":0},)"
           R"({"name":"Ready","type":"string","format":"","description":"d","priority":0},)"
           R"({"name":"Ip","type":"string","format":"","description":"d","priority":1}],"rows":[)"
         + rows + "]}";
}

std::string row(const std::string& cells, const std::string& labels = "{}") {
  return R"({"cells":[)" + cells
         + R"(],"object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":)"
           R"({"name":"a","namespace":"shop","labels":)"
         + labels + "}}}";
}

/// What is printed for the tables; `no` where one of them is refused.
std::string print(const std::vector<std::string>& tables, table_options options) {
  table_printer printer{std::move(options)};
  tab_writer columns;
  for (const auto& each : tables) {
    simdjson::dom::parser parser;
    simdjson::dom::object root;
    EXPECT_TRUE(parse_object(parser, each, root));
    if (!printer.print(root, columns))
      return "no";
  }
  std::string out;
  columns.flush(out);
  return out;
}

TEST(tab_writer_test, columns_are_as_wide_as_their_widest_cell_and_three) {
  EXPECT_EQ(columns_of("A\tB\nlonger\tx\n"), "A        B\nlonger   x\n");
}

TEST(tab_writer_test, columns_are_at_least_six_wide) {
  EXPECT_EQ(columns_of("A\tB\tC\n"), "A     B     C\n");
}

TEST(tab_writer_test, width_counts_code_points) {
  EXPECT_EQ(columns_of("h\u00e9llo\tx\nhello\tx\n"), "h\u00e9llo   x\nhello   x\n");
}

TEST(tab_writer_test, a_line_of_one_cell_ends_the_columns_but_widths_stay) {
  EXPECT_EQ(columns_of("longer\tx\nalone\na\tx\n"), "longer   x\nalone\na        x\n");
}

TEST(tab_writer_test, forgets_widths_when_told) {
  tab_writer writer;
  std::string out;
  writer.write("longer\tx\n");
  writer.flush(out);
  writer.forget_widths();
  writer.write("a\tx\n");
  writer.flush(out);
  EXPECT_EQ(out, "longer   x\na     x\n");
}

TEST(table_test, prints_headers_once_for_several_pages) {
  EXPECT_EQ(print({table(row(R"("a","1/1","x")")), table(row(R"("bbbbb","0/1","y")"))}, {}),
            "NAME    READY\na       1/1\nbbbbb   0/1\n");
}

TEST(table_test, an_empty_table_prints_nothing) {
  EXPECT_EQ(print({table("")}, {}), "");
}

TEST(table_test, wide_shows_columns_of_lower_priority) {
  table_options options;
  options.is_wide = true;
  EXPECT_EQ(print({table(row(R"("a","1/1","x")"))}, options),
            "NAME   READY   IP\na      1/1     x\n");
}

TEST(table_test, adds_namespace_kind_and_labels) {
  table_options options;
  options.shows_namespace = options.shows_labels = true;
  options.kind_prefix = "deployment.apps";
  options.label_columns = {"example.com/app", "none"};
  EXPECT_EQ(
      print({table(row(R"("a","1/1","x")", R"({"z":"1","example.com/app":"web"})"))}, options),
      "NAMESPACE   NAME                READY   APP   NONE   LABELS\n"
      "shop        deployment.apps/a   1/1     web          example.com/app=web,z=1\n");
}

TEST(table_test, cells_end_at_their_first_line) {
  EXPECT_EQ(print({table(row(R"("a","one\ntwo","x")"))}, {}), "NAME   READY\na      one...\n");
  EXPECT_EQ(print({table(row(R"("a","\u001b[31m","x")"))}, {}), "NAME   READY\na      ^[[31m\n");
}

TEST(table_test, old_releases_do_not_get_cells_of_several_lines) {
  table_options options;
  options.cuts_lines = false;
  EXPECT_EQ(print({table(row(R"("a","one\ntwo","x")"))}, options), "no");
}

TEST(table_test, prints_numbers_truths_and_nothing) {
  EXPECT_EQ(print({table(row("\"a\",1234567.5,null") + "," + row("\"b\",true,1") + ","
                         + row("\"c\",9007199254740993,1") + "," + row("\"d\",null,1"))},
                  {}),
            "NAME   READY\na      1.2345675e+06\nb      true\nc      9007199254740993\nd      \n");
}

TEST(table_test, refuses_what_it_does_not_know) {
  EXPECT_EQ(print({table(row(R"("a","1/1","x")"), "v2")}, {}), "no");
  EXPECT_EQ(print({table(row(R"("a",["x"],"x")"))}, {}), "no");
  EXPECT_EQ(print({table(row(R"("a","1/1")"))}, {}), "no");
  EXPECT_EQ(print({table(R"({"cells":["a","b","c"]})")}, {}), "no");
  EXPECT_EQ(print({R"({"kind":"PodList","apiVersion":"v1","items":[]})"}, {}), "no");
}

} // namespace

} // namespace kubesage::k8s::native
