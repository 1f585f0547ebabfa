#pragma once

#include "messages/interfaces.hpp"

/// Append only: a position in this list is a wire id.
CAF_BEGIN_TYPE_ID_BLOCK(kubesage_types, caf::first_custom_type_id)

  CAF_ADD_TYPE_ID(kubesage_types, (kubesage::errc))
  CAF_ADD_TYPE_ID(kubesage_types, (kubesage::commit_outcome))
  CAF_ADD_TYPE_ID(kubesage_types, (kubesage::cluster_outcome))
  CAF_ADD_TYPE_ID(kubesage_types, (kubesage::directory_statistics))
  CAF_ADD_TYPE_ID(kubesage_types, (kubesage::publish_outcome))
  CAF_ADD_TYPE_ID(kubesage_types, (kubesage::session_actor))
  CAF_ADD_TYPE_ID(kubesage_types, (kubesage::rewrap_outcome))

CAF_END_TYPE_ID_BLOCK(kubesage_types)
