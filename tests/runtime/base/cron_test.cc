#include "runtime/base/cron.h"

#include <doctest/doctest.h>

#include <ctime>
#include <string>

namespace isolane::base {
namespace {

// Whether `cron` is due at "2026-11-21 14:30".
bool Due(const std::string& cron, const char* when) {
  auto parsed = CronExpression::Parse(cron);
  REQUIRE(parsed.ok());
  std::tm time{};
  REQUIRE(strptime(when, "%Y-%m-%d %H:%M", &time) != nullptr);
  return parsed->Matches(static_cast<int64_t>(timegm(&time)) * 1000 + 59'999);
}

// Of November 2026, which begins on a Sunday and has 30 days: those on which `cron` is due.
std::string DaysOf(const std::string& fields) {
  std::string days;
  for (int day = 1; day <= 30; day++) {
    const std::string date = "2026-11-" + std::to_string(day) + " 00:00";
    if (Due("0 0 " + fields, date.c_str())) days += (days.empty() ? "" : " ") + std::to_string(day);
  }
  return days;
}

std::string Refusal(const std::string& cron) {
  auto parsed = CronExpression::Parse(cron);
  return parsed.ok() ? "" : parsed.error().message;
}

TEST_SUITE("runtime/base/cron") {
  TEST_CASE("minutes, hours and months") {
    SUBCASE("may be any") {
      CHECK(Due("* * * * *", "2026-11-21 14:30"));
      CHECK(Due("  *  * * * * ", "2026-11-21 14:30"));
    }
    SUBCASE("are numbers, lists, ranges and steps") {
      CHECK(Due("30 14 * 11 *", "2026-11-21 14:30"));
      CHECK_FALSE(Due("31 14 * 11 *", "2026-11-21 14:30"));
      CHECK_FALSE(Due("30 13 * 11 *", "2026-11-21 14:30"));
      CHECK_FALSE(Due("30 14 * 10 *", "2026-11-21 14:30"));
      CHECK(Due("*/15 9-17 * 1,3,11 *", "2026-11-21 14:30"));
      CHECK_FALSE(Due("*/20 * * * *", "2026-11-21 14:30"));
      CHECK(Due("10/20 * * * *", "2026-11-21 14:30"));
      CHECK(Due("0-30/10 * * * *", "2026-11-21 14:30"));
      CHECK_FALSE(Due("0-29/10 * * * *", "2026-11-21 14:30"));
    }
    SUBCASE("have names, and go over the end") {
      CHECK(Due("* * * Oct-JAN *", "2026-11-21 14:30"));
      CHECK_FALSE(Due("* * * feb-OCT *", "2026-11-21 14:30"));
      CHECK(Due("* 22-2 * * *", "2026-11-21 01:00"));
    }
  }

  TEST_CASE("days") {
    SUBCASE("of the month") {
      CHECK(DaysOf("1,15 * *") == "1 15");
      CHECK(DaysOf("L * *") == "30");
      CHECK(DaysOf("*/10 * *") == "1 11 21");
    }
    SUBCASE("of the week, from Sunday, which is 1") {
      CHECK(DaysOf("* * 1") == "1 8 15 22 29");
      CHECK(DaysOf("* * SUN") == "1 8 15 22 29");
      CHECK(DaysOf("* * fri-mon") == "1 2 6 7 8 9 13 14 15 16 20 21 22 23 27 28 29 30");
    }
    SUBCASE("of either, if both say something") { CHECK(DaysOf("3 * 7") == "3 7 14 21 28"); }
    SUBCASE("that are the n-th or the last of the month") {
      CHECK(DaysOf("* * 2#1") == "2");
      CHECK(DaysOf("* * MON#5") == "30");
      CHECK(DaysOf("* * 6L") == "27");
      CHECK(DaysOf("* * L") == "7 14 21 28");
    }
    SUBCASE("that are the weekdays nearest to a day") {
      CHECK(DaysOf("15W * *") == "16");
      CHECK(DaysOf("14W * *") == "13");
      CHECK(DaysOf("1W * *") == "2");
      CHECK(DaysOf("17W * *") == "17");
      CHECK(DaysOf("31W * *") == "");
      CHECK(DaysOf("LW * *") == "30");
    }
    SUBCASE("of February, in leap years") {
      CHECK(Due("0 0 L * *", "2028-02-29 00:00"));
      CHECK(Due("0 0 L * *", "2026-02-28 00:00"));
      CHECK_FALSE(Due("0 0 L * *", "2028-02-28 00:00"));
    }
  }

  TEST_CASE("what is no expression says why") {
    CHECK(Refusal("* * * *") ==
          "The cron expression \"* * * *\" has 4 fields, not five: minute, hour, day of the month, "
          "month, day of the week.");
    CHECK(Refusal("60 * * * *") ==
          "The cron expression \"60 * * * *\" has no valid minute: \"60\" (0 to 59).");
    CHECK(Refusal("* * * * 0") ==
          "The cron expression \"* * * * 0\" has no valid day of the week: \"0\" (1 to 7).");
    for (const char* cron :
         {"", "a * * * *", "*/0 * * * *", "1- * * * *", "1,, * * * *", "* * 0W * *", "* * * foo *",
          "* * * * 2#6", "* * * * 8L", "-1 * * * *"}) {
      CAPTURE(cron);
      CHECK_FALSE(Refusal(cron).empty());
    }
  }
}

}  // namespace
}  // namespace isolane::base
