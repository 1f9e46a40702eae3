// A value on its way into a statement or out of a row. Plain data.
#pragma once

#include <cstdint>
#include <string_view>

namespace isolane::storage {

struct SqlValue {
  enum class Kind : uint8_t { kNull, kInteger, kReal, kText, kBlob };
  Kind kind = Kind::kNull;
  int64_t integer = 0;
  double real = 0;
  std::string_view bytes;  // borrowed; of kText and kBlob

  static SqlValue Null() { return {}; }
  static SqlValue Integer(int64_t value) { return {Kind::kInteger, value, 0, {}}; }
  static SqlValue Real(double value) { return {Kind::kReal, 0, value, {}}; }
  static SqlValue Text(std::string_view text) { return {Kind::kText, 0, 0, text}; }
  static SqlValue Blob(std::string_view bytes) { return {Kind::kBlob, 0, 0, bytes}; }
};

}  // namespace isolane::storage
