#pragma once

#include <memory>

#include <nats/nats.h>

/// Owners of what nats.c makes; for the files that speak NATS.
namespace kubesage {

template <class T, void (*Destroy)(T*)>
struct nats_destroyer {
  void operator()(T* x) const noexcept {
    Destroy(x);
  }
};
template <class T, void (*Destroy)(T*)>
using nats_owned = std::unique_ptr<T, nats_destroyer<T, Destroy>>;

using nats_connection = nats_owned<natsConnection, natsConnection_Destroy>;
using nats_options = nats_owned<natsOptions, natsOptions_Destroy>;
using nats_context = nats_owned<jsCtx, jsCtx_Destroy>;
using nats_message = nats_owned<natsMsg, natsMsg_Destroy>;
using nats_stream_info = nats_owned<jsStreamInfo, jsStreamInfo_Destroy>;
using nats_subscription = nats_owned<natsSubscription, natsSubscription_Destroy>;

} // namespace kubesage
