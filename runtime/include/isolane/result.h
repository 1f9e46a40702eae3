// Errors as values: what a fallible call of isolane returns instead of throwing.
//
// Thread: any. Plain data; owns its strings.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace isolane {

enum class ErrorKind {
  kOther,
  // A Worker's sources do not compile, or import what there is not: there is nothing to run.
  kBuild,
  // Another program listens at an address.
  kAddressInUse,
};

// What went wrong, to whom, and the way out. Every part is text for people; `message` is never
// empty and ends without a newline.
struct Error {
  // What happened, naming the worker and the binding where there is one.
  std::string message;
  // The way out, if one is known: "Did you mean "authn"?"
  std::string hint;
  // Where: "gateway/wrangler.toml:14", "src/index.js:3:7". Empty when there is no place.
  std::string where;
  // The line of source at `where` with a caret line under it. May be empty.
  std::string excerpt;
  ErrorKind kind = ErrorKind::kOther;

  // All of it, for a terminal: "WHERE: MESSAGE", the excerpt and the hint on lines of their own.
  std::string ToString() const {
    std::string text = where.empty() ? message : where + ": " + message;
    if (!excerpt.empty()) text += "\n" + excerpt;
    if (!hint.empty()) text += "\n" + hint;
    return text;
  }
};

// A value or an Error. `T` must not be Error.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Precondition of each: ok() or !ok() respectively.
  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  const Error& error() const& { return *std::get_if<1>(&state_); }
  Error& error() & { return *std::get_if<1>(&state_); }

  T* operator->() { return std::get_if<0>(&state_); }
  T& operator*() & { return value(); }

 private:
  std::variant<T, Error> state_;
};

// For calls that give nothing but may fail.
struct Ok {};
using Status = Result<Ok>;

}  // namespace isolane

#define ISOLANE_CONCAT_INNER(a, b) a##b
#define ISOLANE_CONCAT(a, b) ISOLANE_CONCAT_INNER(a, b)

// Returns the error from the enclosing function, or goes on.
#define ISOLANE_TRY(expression)                                         \
  do {                                                                  \
    auto isolane_status = (expression);                                 \
    if (!isolane_status.ok()) return std::move(isolane_status.error()); \
  } while (false)

// ISOLANE_ASSIGN(auto file, Read(path)): declares `file`, or returns the error.
#define ISOLANE_ASSIGN(declaration, expression)                          \
  auto ISOLANE_CONCAT(isolane_result_, __LINE__) = (expression);         \
  if (!ISOLANE_CONCAT(isolane_result_, __LINE__).ok())                   \
    return std::move(ISOLANE_CONCAT(isolane_result_, __LINE__).error()); \
  declaration = std::move(ISOLANE_CONCAT(isolane_result_, __LINE__)).value()
