#include "http/wire/address_policy.hpp"
#include "messages/error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace kubesage {

namespace {

boost::asio::ip::address at(const std::string& text) {
  return boost::asio::ip::make_address(text);
}

address_policy opened(std::initializer_list<const char*> ranges) {
  address_policy policy;
  for (const auto* text : ranges)
    policy.allow.push_back(*cidr::parse(text));
  return policy;
}

TEST(address_policy_test, allows_public_addresses) {
  for (const auto* text : {"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.255.255",
                           "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"})
    for (const auto base :
         {address_policy::profile::public_only, address_policy::profile::private_too})
      EXPECT_TRUE((address_policy{.base = base, .allow = {}}.allows(at(text)))) << text;
}

TEST(address_policy_test, allows_private_ranges_by_profile_only) {
  for (const auto* text : {"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
                           "192.168.1.1", "100.64.0.1", "100.127.255.255", "fc00::1", "fdff::1",
                           "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1"}) {
    EXPECT_TRUE(address_policy{}.allows(at(text))) << text;
    EXPECT_FALSE((
        address_policy{.base = address_policy::profile::public_only, .allow = {}}.allows(at(text))))
        << text;
  }
}

TEST(address_policy_test, refuses_special_ranges_in_every_spelling) {
  for (const auto* text : {"0.0.0.0",
                           "0.1.2.3",
                           "127.0.0.1",
                           "127.255.255.255",
                           "192.0.0.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "224.0.0.1",
                           "239.1.1.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "ff02::1",
                           "fec0::1",
                           "::ffff:127.0.0.1",
                           "::127.0.0.1",
                           "64:ff9b::7f00:1",
                           "2002:7f00:1::",
                           "2001:0:1:2:3:4:80ff:fffe",
                           "64:ff9b:1::a00:1"})
    EXPECT_FALSE(address_policy{}.allows(at(text))) << text;
}

TEST(address_policy_test, opens_loopback_by_allow) {
  const auto policy = opened({"127.0.0.0/8", "::1/128"});
  for (const auto* text : {"127.0.0.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"})
    EXPECT_TRUE(policy.allows(at(text))) << text;
  EXPECT_FALSE(policy.allows(at("0.0.0.0")));
}

TEST(address_policy_test, opens_one_private_address_under_the_public_profile) {
  auto policy = opened({"10.1.2.3/32"});
  policy.base = address_policy::profile::public_only;
  EXPECT_TRUE(policy.allows(at("10.1.2.3")));
  EXPECT_FALSE(policy.allows(at("10.1.2.4")));
}

TEST(address_policy_test, never_opens_link_local_and_metadata_addresses) {
  const auto policy = opened({"0.0.0.0/0", "::/0"});
  for (const auto* text :
       {"169.254.169.254", "169.254.0.1", "168.63.129.16", "100.100.100.200", "fe80::1", "febf::1",
        "fd00:ec2::254", "fd20:ce::254", "::ffff:169.254.169.254", "::169.254.169.254",
        "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "2001:0:1:2:3:4:5601:5601"})
    EXPECT_FALSE(policy.allows(at(text))) << text;
  EXPECT_TRUE(policy.allows(at("127.0.0.1")));
}

TEST(cidr_test, takes_an_address_for_a_range_of_one) {
  const auto range = *cidr::parse("10.0.0.1");
  EXPECT_EQ(range.prefix, 32);
  EXPECT_TRUE(range.contains(at("10.0.0.1")));
  EXPECT_FALSE(range.contains(at("10.0.0.2")));
}

TEST(cidr_test, counts_a_mapped_range_as_ipv4) {
  const auto range = *cidr::parse("::ffff:10.0.0.0/104");
  EXPECT_TRUE(range.base.is_v4());
  EXPECT_EQ(range.prefix, 8);
  EXPECT_TRUE(range.contains(at("10.9.9.9")));
  EXPECT_TRUE(range.contains(at("::ffff:10.9.9.9")));
}

TEST(cidr_test, compares_prefixes_bit_by_bit) {
  const auto range = *cidr::parse("192.168.128.0/17");
  EXPECT_TRUE(range.contains(at("192.168.255.1")));
  EXPECT_FALSE(range.contains(at("192.168.127.255")));
  EXPECT_FALSE(range.contains(at("fc00::1")));
}

TEST(cidr_test, refuses_malformed_ranges) {
  for (const auto* text : {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
                           "10.0.0/8", "010.0.0.0/8", "10.0.0.1/8", "fe80::1%lo/128", "::/129",
                           "example.com", "0x0a.0.0.0/8", "10.0.0.0/ 8"}) {
    const auto result = cidr::parse(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(code_of(result.error()), errc::validation_failed);
  }
}

} // namespace

} // namespace kubesage
