// The demo's API server alone, for what is measured against a cluster that costs next to nothing.
// Prints its port and its bearer token, writes its authority to the file given, and ends when its
// standard input does.

#include "http/wire/runtime.hpp"
#include "k8s/demo_cluster.hpp"

#include <cstdio>
#include <fstream>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: api_server AUTHORITY_FILE\n", stderr);
    return 64;
  }
  kubesage::runtime threads{2};
  caf::actor_system_config config;
  threads.install(config);
  {
    caf::actor_system system{config};
    threads.run(system);
    auto cluster = kubesage::demo_cluster::start(threads);
    if (!cluster) {
      std::fputs("api_server: the demo's cluster does not start\n", stderr);
      return 1;
    }
    std::ofstream{argv[1]} << (*cluster)->ca_pem();
    std::printf("%u %.*s\n", unsigned{(*cluster)->port()},
                static_cast<int>((*cluster)->token().size()), (*cluster)->token().expose().data());
    std::fflush(stdout);
    char byte = 0;
    while (::read(STDIN_FILENO, &byte, 1) > 0) {
      // nop
    }
  }
  threads.stop();
}
