#pragma once

#include <string>
#include <vector>

namespace kubesage {

/// One thing that is wrong with a request.
struct fault {
  std::string pointer; ///< JSON pointer to the member, or `/` and the parameter's name.
  std::string code;    ///< UPPER_SNAKE, stable.
  std::string detail;  ///< One sentence; quotes no value.
};

using fault_list = std::vector<fault>;

} // namespace kubesage
