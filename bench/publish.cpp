// Messages a second that nats.c publishes to JetStream, acknowledged: the bare library, which the
// publisher of events is compared with. Prints the rate.
//
// publish_bench URL COUNT BYTES

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

#include <nats/nats.h>

namespace {

using steady = std::chrono::steady_clock;

std::atomic<long> refused{0};

void need(natsStatus status) {
  if (status != NATS_OK)
    throw std::runtime_error(natsStatus_GetText(status));
}

void on_acknowledged(jsCtx* /*stream*/, natsMsg* message, jsPubAck* ack, jsPubAckErr* /*error*/,
                     void* /*closure*/) {
  if (ack == nullptr)
    ++refused;
  natsMsg_Destroy(message);
}

double rate(const char* url, long count, std::size_t bytes) {
  natsConnection* connection = nullptr;
  need(natsConnection_ConnectTo(&connection, url));
  jsOptions options;
  jsOptions_Init(&options);
  options.PublishAsync.MaxPending = 4096;
  options.PublishAsync.AckHandler = on_acknowledged;
  jsCtx* stream = nullptr;
  need(natsConnection_JetStream(&stream, connection, &options));
  const char* subjects[] = {"bench.>"}; // NOLINT(modernize-avoid-c-arrays): nats.c takes one
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  config.Name = "BENCH";
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  config.Storage = js_FileStorage;
  jsStreamInfo* info = nullptr;
  need(js_AddStream(&info, stream, &config, nullptr, nullptr));
  jsStreamInfo_Destroy(info);
  const std::string payload(bytes, 'x');
  const auto begin = steady::now();
  for (long i = 0; i < count; ++i) {
    jsPubOptions how;
    jsPubOptions_Init(&how);
    const auto id = std::to_string(i);
    how.MsgId = id.c_str();
    need(js_PublishAsync(stream, "bench.u1.c1.x", payload.data(), static_cast<int>(payload.size()),
                         &how));
  }
  jsPubOptions wait;
  jsPubOptions_Init(&wait);
  wait.MaxWait = 60'000;
  need(js_PublishAsyncComplete(stream, &wait));
  const std::chrono::duration<double> took = steady::now() - begin;
  need(js_DeleteStream(stream, "BENCH", nullptr, nullptr));
  jsCtx_Destroy(stream);
  natsConnection_Destroy(connection);
  if (refused > 0)
    throw std::runtime_error("messages were not acknowledged");
  return static_cast<double>(count) / took.count();
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: publish_bench URL COUNT BYTES\n");
    return 64;
  }
  try {
    std::printf("%.0f\n", rate(argv[1], std::atol(argv[2]), std::strtoul(argv[3], nullptr, 10)));
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "publish_bench: %s\n", failure.what());
    return 1;
  }
}
