#pragma once

#include <string>

namespace kubesage {

/// The OpenAPI 3.1 document of the API's listener, made from the route table. Written to
/// docs/openapi.json by the tests' `KUBESAGE_UPDATE` mode.
std::string render_openapi();

} // namespace kubesage
