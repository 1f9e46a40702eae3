// Cron expressions of triggers: five fields, minute, hour, day of the month, month and day of the
// week, in UTC.
//
// https://developers.cloudflare.com/workers/configuration/cron-triggers/: `*`, lists, ranges and
// steps, names of months and weekdays, 1 = Sunday to 7 = Saturday; L for the last day of the month
// or (2L) the last such weekday, W for weekdays (1-5 or MON-FRI in other words) nearest to a day
// (15W), and # for the n-th weekday of the month (2#1).
//
// Thread: any. Plain data.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>

#include <isolane/result.h>

namespace isolane::base {

class CronExpression {
 public:
  // The Error says which field is wrong, and what it may be.
  static Result<CronExpression> Parse(std::string_view text);

  // Whether it is due in the minute of `ms`, since 1970.
  bool Matches(int64_t ms) const;

 private:
  struct Day;

  bool MatchesDay(const Day& day) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;     // from 1
  std::bitset<13> months_;   // from 1
  std::bitset<8> weekdays_;  // from 1, Sunday
  std::bitset<32> nearest_;  // the weekday nearest to these days
  bool last_day_ = false;
  bool last_weekday_ = false;  // of the month: LW
  std::bitset<8> last_;        // the last such weekday of the month
  std::bitset<8> nth_[6];      // from 1: the n-th such weekday of the month
  // If both say something either of them is enough, as in every cron.
  bool any_day_ = false;
  bool any_weekday_ = false;
};

}  // namespace isolane::base
