#include "messages/error.hpp"
#include "persistence/codec.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage {
namespace {

stored_cluster full_cluster() {
  stored_cluster cluster;
  auto& facts = cluster.facts;
  facts.id = cluster_id{(std::int64_t{1} << 52) - 1};
  facts.name = "pröd";
  facts.server_url = "https://10.0.0.1:6443";
  facts.context_name = "ctx";
  facts.provider_name = "EKS";
  facts.tags = "a,b";
  facts.tls = tls_mode::verified;
  facts.ca_data = std::string("with\0zero", 9);
  facts.tls_cert = "cert";
  facts.is_operator_installed = true;
  facts.is_active = true;
  facts.created_at = wall_time{std::chrono::milliseconds{1700000000123}};
  facts.updated_at = wall_time{std::chrono::milliseconds{-5}};
  facts.generation = 9;
  cluster.sealed = std::string("\x01\0\xff", 3);
  return cluster;
}

user_record full_user() {
  return {std::string("\0seed", 5), 42, chain_value::parse(std::string(64, 'a')), cluster_id{513}};
}

std::string full_event() {
  std::string bytes;
  append_encoded(bytes, {3, "id", "kubesage.v1.u1.none.x", "{}"});
  return bytes;
}

/// Every shorter text, one byte more, and the next schema must be refused.
template <class Decode>
void expect_forward_refusing(const std::string& bytes, Decode decode) {
  ASSERT_TRUE(decode(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode(std::string_view{bytes}.substr(0, size))) << "cut to " << size;
  EXPECT_FALSE(decode(bytes + '\0'));
  auto newer = bytes;
  newer[0] = 2;
  const auto refused = decode(newer);
  ASSERT_FALSE(refused);
  EXPECT_EQ(code_of(refused.error()), errc::storage_unavailable);
  EXPECT_THAT(detail_of(refused.error()), ::testing::HasSubstr("schema 2"));
  auto huge = bytes;
  for (std::size_t i = 1; i < huge.size(); ++i)
    huge[i] = '\xff';
  (void)decode(huge); // Lengths near 2^32 must not be believed; the sanitizers watch.
}

TEST(codec_test, a_cluster_comes_back_as_it_was) {
  const auto wanted = full_cluster();
  const auto cluster = decode_cluster(encode(wanted));
  ASSERT_TRUE(cluster);
  const auto& facts = cluster->facts;
  EXPECT_EQ(facts.id, wanted.facts.id);
  EXPECT_EQ(facts.name, wanted.facts.name);
  EXPECT_EQ(facts.server_url, wanted.facts.server_url);
  EXPECT_EQ(facts.context_name, wanted.facts.context_name);
  EXPECT_EQ(facts.provider_name, wanted.facts.provider_name);
  EXPECT_EQ(facts.tags, wanted.facts.tags);
  EXPECT_EQ(facts.tls, wanted.facts.tls);
  EXPECT_EQ(facts.ca_data, wanted.facts.ca_data);
  EXPECT_EQ(facts.tls_cert, wanted.facts.tls_cert);
  EXPECT_EQ(facts.is_operator_installed, true);
  EXPECT_EQ(facts.is_active, true);
  EXPECT_EQ(facts.created_at, wanted.facts.created_at);
  EXPECT_EQ(facts.updated_at, wanted.facts.updated_at);
  EXPECT_EQ(facts.generation, 9U);
  EXPECT_EQ(cluster->sealed, wanted.sealed);
}

TEST(codec_test, a_missing_value_is_not_an_empty_one) {
  stored_cluster wanted;
  wanted.facts.tags = "";
  const auto cluster = decode_cluster(encode(wanted));
  ASSERT_TRUE(cluster);
  EXPECT_EQ(cluster->facts.tags, std::optional<std::string>{""});
  EXPECT_EQ(cluster->facts.ca_data, std::nullopt);
}

TEST(codec_test, a_user_comes_back_as_it_was) {
  const auto wanted = full_user();
  const auto record = decode_user(encode(wanted));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->wrapped_seed, wanted.wrapped_seed);
  EXPECT_EQ(record->last_sequence, 42U);
  EXPECT_EQ(record->chain_head, wanted.chain_head);
  EXPECT_EQ(record->active_cluster, wanted.active_cluster);
}

TEST(codec_test, an_event_comes_back_as_it_was) {
  const auto event = decode_event(full_event());
  ASSERT_TRUE(event);
  EXPECT_EQ(event->sequence, 3U);
  EXPECT_EQ(event->id, "id");
  EXPECT_EQ(event->subject, "kubesage.v1.u1.none.x");
  EXPECT_EQ(event->payload, "{}");
}

TEST(codec_test, a_cut_longer_or_newer_cluster_is_refused) {
  expect_forward_refusing(encode(full_cluster()), decode_cluster);
}

TEST(codec_test, a_cut_longer_or_newer_user_is_refused) {
  expect_forward_refusing(encode(full_user()), decode_user);
}

TEST(codec_test, a_cut_longer_or_newer_event_is_refused) {
  expect_forward_refusing(full_event(), decode_event);
}

TEST(codec_test, a_cut_longer_or_newer_queue_entry_name_or_counter_is_refused) {
  std::string entry;
  append_queue_entry(entry, std::string(18, 'k'));
  expect_forward_refusing(entry, decode_queue_entry);
  expect_forward_refusing(encode_counter(7), decode_counter);
}

TEST(codec_test, an_unknown_tls_mode_is_refused) {
  const auto good = encode(full_cluster());
  int refused = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto changed = good;
    changed[i] = '\x7f';
    refused += decode_cluster(changed) ? 0 : 1;
  }
  // Schema, 9 lengths, 4 presence bytes, two flags and the mode at least.
  EXPECT_GE(refused, 17);
}

} // namespace
} // namespace kubesage
