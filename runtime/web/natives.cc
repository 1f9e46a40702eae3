#include "runtime/web/natives.h"

#include "runtime/web/base64.h"
#include "runtime/web/compression.h"
#include "runtime/web/crypto.h"
#include "runtime/web/inspect.h"
#include "runtime/web/scheduling.h"
#include "runtime/web/structured_clone.h"
#include "runtime/web/text_encoding.h"
#include "runtime/web/url.h"

namespace isolane::web {

js::NativeTable Natives() {
  // The snapshot refers to the addresses: see js/native_function.h. One line per native.
  static constexpr js::NativeFunction kNatives[] = {
      {"base64Decode", Base64Decode},
      {"base64Encode", Base64Encode},
      {"decodeBytes", DecodeBytes},
      {"decodeUtf8", DecodeUtf8},
      {"deserialize", Deserialize},
      {"digest", Digest},
      {"encodeInto", EncodeInto},
      {"encodeUtf8", EncodeUtf8},
      {"enqueueMicrotask", EnqueueMicrotask},
      {"indexOfBytes", IndexOfBytes},
      {"kindOf", KindOf},
      {"markHostPrototype", MarkHostPrototype},
      {"percentDecode", PercentDecode},
      {"performanceNow", PerformanceNow},
      {"promiseDetails", PromiseDetails},
      {"randomFill", RandomFill},
      {"randomUUID", RandomUuid},
      {"serialize", Serialize},
      {"structuredClone", StructuredClone},
      {"timingSafeEqual", TimingSafeEqual},
      {"urlCanParse", UrlCanParse},
      {"urlFetch", UrlFetch},
      {"urlParse", UrlParse},
      {"urlSet", UrlSet},
      {"zlibOpen", ZlibOpen},
      {"zlibRun", ZlibRun},
  };
  return kNatives;
}

}  // namespace isolane::web
