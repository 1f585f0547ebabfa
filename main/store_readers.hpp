#pragma once

#include "actors/session.hpp"

namespace kubesage {

class database;

/// What sessions read of `db`, which outlives them. The functions block. Thread: any.
execution_reader executions_of(const database& db);
analysis_reader analyses_of(const database& db);
record_services record_of(const database& db); ///< Without streams.

} // namespace kubesage
