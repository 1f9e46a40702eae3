// What the terminal at the other end can show, and the few colours isolane uses.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "wrangler-compat/diagnostics.h"

namespace isolane::cli {

using wrangler::Colours;

enum class Colour {
  kRed = 31,
  kGreen = 32,
  kYellow = 33,
  kBlue = 34,
  kMagenta = 35,
  kCyan = 36,
  kDim = 2,
  kBold = 1
};

// Colours only on a terminal and without NO_COLOR; FORCE_COLOR wins over both.
Colours ColoursOf(int file_descriptor);

// `text` in `colour`, or as it is.
std::string Paint(std::string_view text, Colour colour, Colours colours);

// `text` without what colours it.
std::string WithoutColours(std::string_view text);

// How many columns `text` (UTF-8, no control characters) takes.
size_t DisplayWidth(std::string_view text);

// At most 40 columns, as wrangler shows values; a longer text ends with "...".
std::string Shortened(std::string text);

// Control characters as \xHH, so that nothing a client sends can move the cursor.
std::string Printable(std::string_view text);

}  // namespace isolane::cli
