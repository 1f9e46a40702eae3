#include "runtime/base/cron.h"

#include <array>
#include <charconv>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

namespace isolane::base {
namespace {

struct Field {
  const char* name;
  int least;
  int most;
  std::string_view names;  // of three letters each, from `least` on
};

constexpr Field kFields[] = {
    {"minute", 0, 59, {}},
    {"hour", 0, 23, {}},
    {"day of the month", 1, 31, {}},
    {"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"},
    {"day of the week", 1, 7, "SUNMONTUEWEDTHUFRISAT"},
};

Error Wrong(std::string_view text, const Field& field, std::string_view part) {
  return Error{"The cron expression \"" + std::string(text) + "\" has no valid " + field.name +
                   ": \"" + std::string(part) + "\" (" + std::to_string(field.least) + " to " +
                   std::to_string(field.most) + ").",
               {},
               {},
               {}};
}

char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~32) : c; }

std::optional<int> NumberOf(const Field& field, std::string_view text) {
  for (size_t i = 0; i + 3 <= field.names.size() && text.size() == 3; i += 3) {
    const std::string_view name = field.names.substr(i, 3);
    if (Upper(text[0]) == name[0] && Upper(text[1]) == name[1] && Upper(text[2]) == name[2]) {
      return field.least + static_cast<int>(i / 3);
    }
  }
  int number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  if (number < field.least || number > field.most) return std::nullopt;
  return number;
}

std::vector<std::string_view> Split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  size_t at = 0;
  while (true) {
    const size_t end = text.find(mark, at);
    parts.push_back(text.substr(at, end == std::string_view::npos ? end : end - at));
    if (end == std::string_view::npos) return parts;
    at = end + 1;
  }
}

// Sets the numbers of one part of a list: *, 5, 1-5, with /2. False: it is none of these.
template <size_t N>
bool TakeRange(const Field& field, std::string_view part, std::bitset<N>& out) {
  int step = 1;
  const size_t slash = part.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view text = part.substr(slash + 1);
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), step);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || step < 1) {
      return false;
    }
    part = part.substr(0, slash);
  }
  int first = field.least;
  int last = field.most;
  if (part != "*") {
    const size_t dash = part.find('-');
    const auto from = NumberOf(field, part.substr(0, dash));
    if (!from) return false;
    first = *from;
    if (dash != std::string_view::npos) {
      const auto to = NumberOf(field, part.substr(dash + 1));
      if (!to) return false;
      last = *to;
    } else if (slash == std::string_view::npos) {
      last = first;
    }
  }
  if (first > last) {
    // FRI-MON goes over the end.
    for (int i = first; i <= field.most; i += step) out.set(static_cast<size_t>(i));
    first = field.least;
  }
  for (int i = first; i <= last; i += step) out.set(static_cast<size_t>(i));
  return true;
}

}  // namespace

struct CronExpression::Day {
  int day;      // of the month
  int weekday;  // 1: Sunday
  int days;     // of the month
};

Result<CronExpression> CronExpression::Parse(std::string_view text) {
  std::vector<std::string_view> fields;
  for (const std::string_view part : Split(text, ' ')) {
    if (!part.empty()) fields.push_back(part);
  }
  if (fields.size() != 5) {
    return Error{"The cron expression \"" + std::string(text) + "\" has " +
                     std::to_string(fields.size()) +
                     " fields, not five: minute, hour, day of the month, month, day of the week.",
                 {},
                 {},
                 {}};
  }
  CronExpression cron;
  for (size_t i = 0; i < fields.size(); i++) {
    const Field& field = kFields[i];
    for (const std::string_view part : Split(fields[i], ',')) {
      bool known = true;
      if (i == 0) {
        known = TakeRange(field, part, cron.minutes_);
      } else if (i == 1) {
        known = TakeRange(field, part, cron.hours_);
      } else if (i == 3) {
        known = TakeRange(field, part, cron.months_);
      } else if (i == 2) {
        if (part == "L") {
          cron.last_day_ = true;
        } else if (part == "LW" || part == "WL") {
          cron.last_weekday_ = true;
        } else if (part.ends_with('W')) {
          const auto day = NumberOf(field, part.substr(0, part.size() - 1));
          known = day.has_value();
          if (day) cron.nearest_.set(static_cast<size_t>(*day));
        } else {
          known = TakeRange(field, part, cron.days_);
        }
      } else if (part == "L") {
        cron.weekdays_.set(7);
      } else if (part.ends_with('L')) {
        const auto day = NumberOf(field, part.substr(0, part.size() - 1));
        known = day.has_value();
        if (day) cron.last_.set(static_cast<size_t>(*day));
      } else if (const size_t mark = part.find('#'); mark != std::string_view::npos) {
        const auto day = NumberOf(field, part.substr(0, mark));
        const std::string_view nth = part.substr(mark + 1);
        known = day.has_value() && nth.size() == 1 && nth[0] >= '1' && nth[0] <= '5';
        if (known) cron.nth_[nth[0] - '0'].set(static_cast<size_t>(*day));
      } else {
        known = TakeRange(field, part, cron.weekdays_);
      }
      if (!known) return Wrong(text, field, part);
    }
  }
  cron.any_day_ = fields[2] == "*";
  cron.any_weekday_ = fields[4] == "*";
  return cron;
}

bool CronExpression::MatchesDay(const Day& day) const {
  const auto number = static_cast<size_t>(day.day);
  const auto weekday = static_cast<size_t>(day.weekday);
  // The weekday (Monday to Friday) nearest to `wanted` in this month.
  const auto nearest = [&day](int wanted) {
    if (wanted > day.days) return -1;
    const int at = (day.weekday - 1 + wanted - day.day + 35) % 7;  // 0: Sunday
    if (at == 6) return wanted > 1 ? wanted - 1 : wanted + 2;
    if (at == 0) return wanted < day.days ? wanted + 1 : wanted - 2;
    return wanted;
  };
  bool by_day = days_[number] || (last_day_ && day.day == day.days) ||
                (last_weekday_ && nearest(day.days) == day.day);
  for (int i = 1; i <= 31 && !by_day; i++) {
    by_day = nearest_[static_cast<size_t>(i)] && nearest(i) == day.day;
  }
  const bool by_weekday = weekdays_[weekday] || (last_[weekday] && day.day + 7 > day.days) ||
                          nth_[(day.day - 1) / 7 + 1][weekday];
  if (any_day_) return by_weekday;
  if (any_weekday_) return by_day;
  return by_day || by_weekday;
}

bool CronExpression::Matches(int64_t ms) const {
  const std::time_t seconds = ms / 1000;
  std::tm time{};
  gmtime_r(&seconds, &time);
  if (!minutes_[static_cast<size_t>(time.tm_min)]) return false;
  if (!hours_[static_cast<size_t>(time.tm_hour)]) return false;
  if (!months_[static_cast<size_t>(time.tm_mon + 1)]) return false;
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int year = time.tm_year + 1900;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const int days = kDays[static_cast<size_t>(time.tm_mon)] + (time.tm_mon == 1 && leap ? 1 : 0);
  return MatchesDay({time.tm_mday, time.tm_wday + 1, days});
}

}  // namespace isolane::base
