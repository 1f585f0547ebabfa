#include "tests/http/edge/edge_fixture.hpp"

#include <optional>

namespace kubesage {
namespace {

class administration_test : public edge_fixture {
protected:
  void SetUp() override {
    settings.admin_token = share(secret{"adm_token"});
    settings.administer = [this](administration request, std::shared_ptr<reply_sink> sink) {
      {
        const std::lock_guard lock{mutex_};
        seen_ = request;
      }
      sink->deliver(reply_);
    };
    serve();
  }

  http_answer ask(const std::string& request) const {
    return raw_client{edge->admin_port()}.ask(request);
  }

  static std::string post(const std::string& path, const std::string& body,
                          const std::string& token = "adm_token") {
    return edge_fixture::post(path, body, token);
  }

  std::optional<administration> seen() {
    const std::lock_guard lock{mutex_};
    return seen_;
  }

  call_reply reply_{errc::none, {}, std::make_shared<const std::string>("{\"keys\":[]}"), 0};

private:
  std::mutex mutex_;
  std::optional<administration> seen_;
};

TEST_F(administration_test, passes_the_operators_requests_on) {
  const auto status = ask(get("/admin/keys", "adm_token"));
  EXPECT_EQ(status.status, 200);
  EXPECT_EQ(status.body, "{\"keys\":[]}");
  EXPECT_EQ(seen()->what, operation::keys_status);
  EXPECT_EQ(ask(post("/admin/keys/rotate", "")).status, 202);
  EXPECT_EQ(seen()->what, operation::keys_rotate);
  EXPECT_EQ(ask(post("/admin/keys/change-root", R"({"new_master_key_file":"/k"})")).status, 200);
  EXPECT_EQ(seen()->new_master_key_file, "/k");
  EXPECT_EQ(ask(post("/admin/keys/destroy", R"({"key":3,"force":true})")).status, 200);
  EXPECT_EQ(seen()->key, 3U);
  EXPECT_TRUE(seen()->is_forced);
  EXPECT_EQ(ask(post("/admin/keys/destroy", R"({"key":4})")).status, 200);
  EXPECT_FALSE(seen()->is_forced);
}

TEST_F(administration_test, asks_for_the_token_of_the_data_directory) {
  for (const auto* token : {"", "adm_tokeN", "adm_toke", "adm_token2", "admin"}) {
    EXPECT_EQ(ask(get("/admin/keys", token)).status, 401) << token;
    EXPECT_EQ(ask(post("/admin/keys/rotate", "{}", token)).status, 401) << token;
  }
  EXPECT_FALSE(seen());
}

TEST_F(administration_test, is_not_on_the_listener_of_the_api) {
  EXPECT_EQ(raw_client{edge->port()}.ask(get("/admin/keys", "adm_token")).status, 404);
  EXPECT_EQ(raw_client{edge->port()}.ask(post("/admin/keys/rotate", "")).status, 404);
}

TEST_F(administration_test, refuses_what_it_does_not_understand) {
  for (const auto* body :
       {"{}", R"({"new_master_key_file":""})", R"({"new_master_key_file":"k"})",
        R"({"new_master_key_file":1})", "[]", R"({"new_master_key_file":"/k","key":1})"})
    EXPECT_EQ(ask(post("/admin/keys/change-root", body)).status, 422) << body;
  for (const auto* body : {"{}", R"({"key":0})", R"({"key":-1})", R"({"key":4294967296})",
                           R"({"key":"1"})", R"({"key":1,"force":1})"})
    EXPECT_EQ(ask(post("/admin/keys/destroy", body)).status, 422) << body;
  EXPECT_EQ(ask(post("/admin/keys/destroy", "{")).status, 400);
  EXPECT_EQ(ask(get("/admin/keys/rotate", "adm_token")).status, 405);
  EXPECT_FALSE(seen());
}

TEST_F(administration_test, tells_why_something_was_refused) {
  reply_ = {errc::validation_failed, "it still wraps seeds", nullptr, 0};
  const auto answer = ask(post("/admin/keys/destroy", R"({"key":1})"));
  EXPECT_EQ(answer.status, 422);
  EXPECT_NE(answer.body.find("it still wraps seeds"), std::string::npos);
}

} // namespace
} // namespace kubesage
