#include "messages/error.hpp"

#include <caf/message.hpp>

namespace kubesage {

errc code_of(const caf::error& err) {
  if (!err)
    return errc::none;
  if (err.category() == caf::atom("kubesage") && err.code() < error_table.size())
    return static_cast<errc>(err.code());
  return errc::internal;
}

std::string detail_of(const caf::error& err) {
  if (err && err.context().size() == 1 && err.context().match_element<std::string>(0))
    return err.context().get_as<std::string>(0);
  return {};
}

} // namespace kubesage
