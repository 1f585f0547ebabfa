#include "messages/registration.hpp"

#include "messages/call.hpp"
#include "messages/error.hpp"
#include "messages/internal.hpp"
#include "messages/type_ids.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/stream.hpp>
#include <caf/typed_actor.hpp>

namespace kubesage {

void register_messages(caf::actor_system_config& config) {
  config.add_message_types<caf::id_block::kubesage_types>();
  // The templated overload does not compile in CAF 0.17.6.
  config.add_error_category(caf::atom("kubesage"),
                            [](std::uint8_t code, caf::atom_value, const caf::message& context) {
                              auto text = to_string(static_cast<errc>(code));
                              return context.empty() ? text : text + " " + caf::to_string(context);
                            });
}

} // namespace kubesage
