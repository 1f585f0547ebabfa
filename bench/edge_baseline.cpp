// What KubeSage's edge is measured against: bare Beast with nothing behind it. GET answers the
// bytes of a file; POST answers when a bare group-commit writer over RocksDB has made the request's
// bytes durable, and synced a witness of it as the store does. Same socket options, threads and
// timeouts as the edge, and nothing else.
//
// edge_baseline --port N --body FILE --data FOLDER

#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fcntl.h>
#include <rocksdb/db.h>
#include <unistd.h>

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
using tcp = net::ip::tcp;
using stream = beast::basic_stream<tcp, net::io_context::executor_type>;
using socket_type = net::basic_stream_socket<tcp, net::io_context::executor_type>;

/// One thread that writes whatever waits as one synced batch.
class group_commit {
public:
  explicit group_commit(const std::string& folder) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    const auto status = rocksdb::DB::Open(options, folder, &db);
    if (!status.ok())
      throw std::runtime_error("cannot open " + folder + ": " + status.ToString());
    db_.reset(db);
    witness_ = ::open((folder + "/witness").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (witness_ < 0 || ::pwrite(witness_, pages_.data(), pages_.size(), 0) < 0
        || ::fsync(witness_) != 0)
      throw std::runtime_error("cannot write a witness in " + folder);
    thread_ = std::thread{[this] { work(); }};
  }

  ~group_commit() {
    {
      const std::lock_guard lock{mutex_};
      is_stopping_ = true;
    }
    ready_.notify_one();
    thread_.join();
    ::close(witness_);
  }

  void write(std::string bytes, std::function<void()> done) {
    {
      const std::lock_guard lock{mutex_};
      waiting_.push_back({std::move(bytes), std::move(done)});
    }
    ready_.notify_one();
  }

private:
  struct entry {
    std::string bytes;
    std::function<void()> done;
  };

  void work() {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    std::vector<entry> group;
    for (;;) {
      {
        std::unique_lock lock{mutex_};
        ready_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
        if (waiting_.empty())
          return;
        while (!waiting_.empty() && group.size() < 256) {
          group.push_back(std::move(waiting_.front()));
          waiting_.pop_front();
        }
      }
      rocksdb::WriteBatch batch;
      for (const auto& one : group) {
        const auto key = std::to_string(++next_);
        batch.Put(key, one.bytes);
      }
      if (const auto status = db_->Write(synced, &batch); !status.ok()) {
        std::cerr << "write failed: " << status.ToString() << '\n';
        std::abort();
      }
      if (::pwrite(witness_, pages_.data(), 64, static_cast<off_t>(4096 * (++groups_ % 2))) != 64
          || ::fdatasync(witness_) != 0) {
        std::cerr << "the witness cannot be written\n";
        std::abort();
      }
      for (const auto& one : group)
        one.done();
      group.clear();
    }
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<entry> waiting_;
  std::uint64_t next_ = 0;
  std::uint64_t groups_ = 0;
  int witness_ = -1;
  std::string pages_ = std::string(8192, 'w'); // two slots, a page each
  bool is_stopping_ = false;
  std::thread thread_;
};

class session : public std::enable_shared_from_this<session> {
public:
  session(socket_type socket, const std::string& body, group_commit& store)
      : stream_(std::move(socket)), body_(body), store_(store) {}

  void read() {
    parser_.emplace();
    parser_->body_limit(256 * 1024);
    stream_.expires_after(std::chrono::seconds{30});
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](const beast::error_code& code, std::size_t) {
                       if (!code)
                         self->answer();
                     });
  }

private:
  void answer() {
    if (parser_->get().method() != http::verb::post)
      return send(http::status::ok, body_);
    store_.write(std::move(parser_->get().body()), [self = shared_from_this()] {
      net::post(self->stream_.get_executor(),
                [self] { self->send(http::status::created, self->body_); });
    });
  }

  void send(http::status status, const std::string& body) {
    response_.emplace(status, 11);
    response_->set(http::field::content_type, "application/json");
    response_->keep_alive(parser_->get().keep_alive());
    response_->body() = {body.data(), body.size()};
    response_->prepare_payload();
    stream_.expires_after(std::chrono::seconds{30});
    http::async_write(stream_, *response_,
                      [self = shared_from_this()](const beast::error_code& code, std::size_t) {
                        if (!code && self->response_->keep_alive())
                          self->read();
                      });
  }

  stream stream_;
  beast::flat_buffer buffer_;
  const std::string& body_;
  group_commit& store_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::span_body<const char>>> response_;
};

class server {
public:
  server(std::uint16_t port, std::string body, const std::string& folder)
      : body_(std::move(body)), store_(folder),
        acceptor_(*contexts_.front(), {net::ip::address_v4::loopback(), port}) {}

  void run() {
    accept();
    std::vector<std::thread> threads;
    for (auto& context : contexts_)
      threads.emplace_back([&context] {
        const auto guard = net::make_work_guard(*context);
        context->run();
      });
    for (auto& thread : threads)
      thread.join();
  }

  void stop() {
    for (auto& context : contexts_)
      context->stop();
  }

private:
  void accept() {
    auto& io = *contexts_[next_++ % contexts_.size()];
    acceptor_.async_accept(io, [this, &io](const beast::error_code& code, socket_type socket) {
      if (code)
        return;
      socket.set_option(tcp::no_delay{true});
      auto client = std::make_shared<session>(std::move(socket), body_, store_);
      net::dispatch(io, [client] { client->read(); });
      accept();
    });
  }

  static std::vector<std::unique_ptr<net::io_context>> make_contexts() {
    std::vector<std::unique_ptr<net::io_context>> list;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
      list.push_back(std::make_unique<net::io_context>(1));
    return list;
  }

  std::vector<std::unique_ptr<net::io_context>> contexts_ = make_contexts();
  std::string body_;
  group_commit store_;
  net::basic_socket_acceptor<tcp, net::io_context::executor_type> acceptor_;
  std::size_t next_ = 0;
};

} // namespace

int main(int argc, char** argv) {
  std::string port;
  std::string body;
  std::string data;
  for (int i = 1; i + 1 < argc; i += 2)
    (std::strcmp(argv[i], "--port") == 0   ? port
     : std::strcmp(argv[i], "--body") == 0 ? body
                                           : data) = argv[i + 1];
  std::ifstream file{body, std::ios::binary};
  if (port.empty() || data.empty() || !file) {
    std::cerr << "usage: edge_baseline --port N --body FILE --data FOLDER\n";
    return 64;
  }
  // Taken by the thread below, so that the store is closed before the process ends.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    server all{static_cast<std::uint16_t>(std::stoi(port)),
               {std::istreambuf_iterator<char>{file}, {}},
               data};
    std::thread waiter{[&] {
      int which = 0;
      sigwait(&signals, &which);
      all.stop();
    }};
    all.run();
    waiter.join();
  } catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 69;
  }
}
