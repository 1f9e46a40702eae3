// Parsing and changing URLs for builtins/web/url.js, with ada.
//
// Those that return a href leave the component offsets in the isolate's scratch words 0 to 6:
// protocol end, username end, host start, host end, pathname start, search start, hash start; the
// last two are 0xffffffff when there is none.
#pragma once

#include <cstddef>
#include <cstdint>

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// (input, base | undefined) -> href | undefined
void UrlParse(const Arguments& arguments);
// (input, base | undefined) -> boolean
void UrlCanParse(const Arguments& arguments);
// (href, component, value) -> the new href, or undefined when the value was refused
void UrlSet(const Arguments& arguments);
// (input) -> href without credentials and fragment | undefined
void UrlFetch(const Arguments& arguments);
// (text) -> text, percent-decoded as UTF-8
void PercentDecode(const Arguments& arguments);

struct UrlOffsets {
  uint32_t protocol_end;
  uint32_t username_end;
  uint32_t host_start;
  uint32_t host_end;
  uint32_t pathname_start;
  uint32_t search_start;
  uint32_t hash_start;
};

// Whether `text` is for certain an http or https URL in normal form without credentials and
// fragment; false only means that ada has to look at it. For tests, too.
bool ScanNormalUrl(const uint8_t* text, size_t length, UrlOffsets& offsets);

}  // namespace isolane::web
