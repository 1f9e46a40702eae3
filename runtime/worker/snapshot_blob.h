// The start-up snapshot that is part of the program.
#pragma once

#include <v8.h>

#include "runtime/base/check.h"
#include "runtime/js/builtin_sources.h"

// Made at build time (runtime/snapshot.cmake).
extern "C" const unsigned char isolane_snapshot_blob[];
extern "C" const size_t isolane_snapshot_blob_size;
extern "C" const unsigned char isolane_snapshot_sources[];
extern "C" const size_t isolane_snapshot_sources_size;

namespace isolane::worker {

// Valid as long as the process.
inline v8::StartupData SnapshotBlob() {
  ISOLANE_CHECK(isolane_snapshot_blob_size > 0);
  static const bool unpacked = [] {
    js::SetSources(js::UnpackSources(
        {reinterpret_cast<const char*>(isolane_snapshot_sources), isolane_snapshot_sources_size}));
    return true;
  }();
  (void)unpacked;
  return {reinterpret_cast<const char*>(isolane_snapshot_blob),
          static_cast<int>(isolane_snapshot_blob_size)};
}

}  // namespace isolane::worker
