#pragma once

#include "http/edge/route.hpp"
#include "http/wire/problem.hpp"
#include "messages/call.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace kubesage {

/// What the operator asks for on the admin listener. Secrets never travel: a key is named by its
/// file.
struct administration {
  operation what = operation::keys_status;
  std::string new_master_key_file; ///< For `keys_change_root`; a path of the server's machine.
  bool is_to_vault = false;        ///< For `keys_change_root`: to the vault of the settings.
  std::uint32_t key = 0;           ///< For `keys_destroy`: its number.
  bool is_forced = false;          ///< For `keys_destroy`: whatever backups may still need it.
};

/// Does it and answers through the sink. Thread: any; must not block.
using administer_function = std::function<void(administration, std::shared_ptr<reply_sink>)>;

/// A request of the operator, or why there is none.
struct validated_administration {
  errc code = errc::none; ///< `malformed_json` or `validation_failed`.
  std::string detail;
  fault_list faults; ///< For `validation_failed`: every one.
  administration request;
};

/// Checks the body of `row`'s request. Unknown members are faults.
validated_administration validate_administration(const route& row, std::string body);

} // namespace kubesage
