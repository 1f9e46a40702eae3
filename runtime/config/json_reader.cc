#include "runtime/config/json_reader.h"

#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace isolane::config {
namespace {

// Nobody writes more; beyond it the recursive walks over the tree would eat the stack.
constexpr size_t kMaxDepth = 256;

struct Mistake {
  std::string code;  // jsonc-parser's name
  std::string text;
  size_t offset = 0;
};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The offset after the string that starts at `at`, or the end of the text.
size_t SkipString(std::string_view text, size_t at) {
  for (at++; at < text.size() && text[at] != '"' && text[at] != '\n'; at++) {
    if (text[at] == '\\') at++;
  }
  return std::min(at + 1, text.size());
}

// Turns comments into blanks; every other byte keeps its offset.
std::optional<Mistake> BlankComments(std::string& text) {
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      at = SkipString(text, at);
    } else if (text.compare(at, 2, "//") == 0) {
      while (at < text.size() && text[at] != '\n') text[at++] = ' ';
    } else if (text.compare(at, 2, "/*") == 0) {
      const size_t end = text.find("*/", at + 2);
      if (end == std::string::npos) {
        return Mistake{"UnexpectedEndOfComment", "this comment is never closed", at};
      }
      for (; at < end + 2; at++) {
        if (!IsBlank(text[at])) text[at] = ' ';
      }
    } else {
      at++;
    }
  }
  return std::nullopt;
}

// Turns a comma before a closing bracket into a blank. Comments are gone already.
void BlankTrailingCommas(std::string& text) {
  // A comma only trails when a value stands before it: "[,]" stays a mistake.
  char before = 0;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      at = SkipString(text, at);
      before = c;
      continue;
    }
    if (c == ',' && before != '[' && before != '{' && before != ',') {
      size_t next = at + 1;
      while (next < text.size() && IsBlank(text[next])) next++;
      if (next < text.size() && (text[next] == ']' || text[next] == '}')) text[at] = ' ';
    }
    if (!IsBlank(c)) before = c;
    at++;
  }
}

// Reads bytes for nlohmann's lexer and counts them.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, size_t* count) : at_(at), count_(count) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    at_++;
    ++*count_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  size_t* count_;
};

// Translates the words of nlohmann's parser. A mistake inside a token is at the last byte that the
// lexer took; one between tokens is at the start of the token that surprised the parser.
Mistake MistakeFrom(const std::string& what, size_t last_byte, size_t token) {
  const auto says = [&what](const char* part) { return what.find(part) != std::string::npos; };
  if (says("missing closing quote")) {
    return {"UnexpectedEndOfString", "this string is never closed", token};
  }
  if (says("must be escaped")) {
    return {"InvalidCharacter", "a string must not contain a line break or a control character",
            last_byte};
  }
  if (says("'\\u' must be followed")) {
    return {"InvalidUnicode", "four hexadecimal digits must follow \\u", last_byte};
  }
  if (says("forbidden character after backslash") || says("surrogate")) {
    return {"InvalidEscapeCharacter", "this is no valid escape sequence", last_byte};
  }
  if (says("ill-formed UTF-8")) {
    return {"InvalidCharacter", "this byte is not valid UTF-8", last_byte};
  }
  if (says("invalid number") || says("number overflow")) {
    return {"InvalidNumberFormat", "this is no valid number", token};
  }
  if (says("invalid literal")) {
    return {"InvalidSymbol",
            "expected a value: a string in double quotes, a number, true, false, null, [ or {",
            token};
  }
  if (says("; expected string literal")) {
    return {"PropertyNameExpected", "expected a key in double quotes", token};
  }
  if (says("; expected ':'")) {
    return {"ColonExpected", "expected a colon between key and value", token};
  }
  const bool at_end = says("unexpected end of input");
  if (says("; expected '}'")) {
    if (at_end) return {"CloseBraceExpected", "the file ends before this object does", token};
    return {"CommaExpected", "expected a comma or }", token};
  }
  if (says("; expected ']'")) {
    if (at_end) return {"CloseBracketExpected", "the file ends before this array does", token};
    return {"CommaExpected", "expected a comma or ]", token};
  }
  if (says("; expected end of input")) {
    return {"EndOfFileExpected", "nothing may follow the first value", token};
  }
  return {"ValueExpected", "expected a value", token};
}

// nlohmann's SAX events to a tree. `count` is how many bytes its lexer has taken so far.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(std::string_view text, const size_t& count) : text_(text), count_(count) {}

  ConfigNode&& TakeRoot() { return std::move(root_); }
  const std::optional<Mistake>& mistake() const { return mistake_; }

  bool null() override {
    return Scalar(ConfigKind::kNull, [](ConfigNode&) {});
  }
  bool boolean(bool value) override {
    return Scalar(ConfigKind::kBoolean, [&](ConfigNode& node) { node.boolean = value; });
  }
  bool number_integer(int64_t value) override {
    return Scalar(ConfigKind::kInteger, [&](ConfigNode& node) { node.integer = value; });
  }
  bool number_unsigned(uint64_t value) override {
    if (value > static_cast<uint64_t>(INT64_MAX)) {
      return number_float(static_cast<double>(value), {});
    }
    return number_integer(static_cast<int64_t>(value));
  }
  bool number_float(double value, const std::string&) override {
    return Scalar(ConfigKind::kFloat, [&](ConfigNode& node) { node.number = value; });
  }
  bool string(std::string& value) override {
    return Scalar(ConfigKind::kString, [&](ConfigNode& node) { node.text = std::move(value); });
  }
  bool binary(nlohmann::json::binary_t&) override { return false; }

  bool start_object(size_t) override { return Open(ConfigKind::kObject); }
  bool start_array(size_t) override { return Open(ConfigKind::kArray); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(std::string& name) override {
    open_.back().key = {std::move(name), NextToken(), {}};
    return true;
  }

  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception& error) override {
    NextToken();
    mistake_ = MistakeFrom(error.what(), count_ > 0 ? count_ - 1 : 0, token_);
    return false;
  }

 private:
  struct OpenValue {
    ConfigNode node;
    ConfigMember key;  // the key whose value is read now
  };

  // The position of the token of this event: the first byte after the last event's that is neither
  // blank nor a separator. Lines are counted once, from the last position on.
  Position NextToken() {
    while (scan_ < text_.size() &&
           (IsBlank(text_[scan_]) || text_[scan_] == ',' || text_[scan_] == ':')) {
      Step();
    }
    token_ = scan_;
    const Position found = at_;
    while (scan_ < count_ && scan_ < text_.size()) Step();
    return found;
  }
  void Step() {
    at_.column++;
    if (text_[scan_++] == '\n') at_ = {at_.line + 1, 1};
  }

  template <typename Fill>
  bool Scalar(ConfigKind kind, Fill fill) {
    ConfigNode node;
    node.kind = kind;
    node.position = NextToken();
    fill(node);
    Add(std::move(node));
    return true;
  }
  bool Open(ConfigKind kind) {
    OpenValue value;
    value.node.kind = kind;
    value.node.position = NextToken();
    open_.push_back(std::move(value));
    if (open_.size() <= kMaxDepth) return true;
    mistake_ = Mistake{"ValueExpected", "arrays and objects are nested too deeply", count_ - 1};
    return false;
  }
  bool Close() {
    NextToken();
    ConfigNode done = std::move(open_.back().node);
    open_.pop_back();
    Add(std::move(done));
    return true;
  }
  void Add(ConfigNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    OpenValue& parent = open_.back();
    if (parent.node.IsArray()) {
      parent.node.items.push_back(std::move(node));
      return;
    }
    // JSON.parse: of a key that is written twice the last value counts.
    for (ConfigMember& member : parent.node.members) {
      if (member.key != parent.key.key) continue;
      member.position = parent.key.position;
      member.value = std::move(node);
      return;
    }
    parent.key.value = std::move(node);
    parent.node.members.push_back(std::move(parent.key));
  }

  std::string_view text_;
  const size_t& count_;
  size_t scan_ = 0;
  size_t token_ = 0;  // where the last event's token starts
  Position at_{1, 1};
  std::vector<OpenValue> open_;
  ConfigNode root_;
  std::optional<Mistake> mistake_;
};

Error ErrorFrom(const Mistake& mistake, std::string_view source, const std::string& path) {
  const Position at = PositionOf(source, mistake.offset);
  return Error{.message = mistake.code + ": " + mistake.text,
               .hint = {},
               .where = path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column),
               .excerpt = Excerpt(source, at)};
}

}  // namespace

Result<ConfigNode> ReadJson(std::string_view source, const std::string& path,
                            TrailingCommas commas) {
  std::string text(source);
  if (const auto mistake = BlankComments(text)) return ErrorFrom(*mistake, source, path);
  if (commas == TrailingCommas::kAccept) BlankTrailingCommas(text);

  size_t count = 0;
  TreeBuilder builder(text, count);
  const char* const end = text.data() + text.size();
  const bool read = nlohmann::json::sax_parse(CountingIterator(text.data(), &count),
                                              CountingIterator(end, &count), &builder);
  if (!read) {
    const Mistake unknown{"ValueExpected", "expected a value", 0};
    return ErrorFrom(builder.mistake().value_or(unknown), source, path);
  }
  return builder.TakeRoot();
}

}  // namespace isolane::config
