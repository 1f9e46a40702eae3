// The URL of a database: "postgres://user:password@host:5432/database?sslmode=require".
//
// Thread: any. Plain data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isolane::base {

struct DatabaseUrl {
  std::string scheme;  // in lower case, without ':'
  std::string user;    // decoded, as the following are
  std::string password;
  std::string host;  // an address of IPv6 without its brackets
  int port = 0;      // 0: none is given
  bool has_path = false;
  std::string database;                                         // what follows the first '/'
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case

  // Nothing if it is no URL with an authority.
  static std::optional<DatabaseUrl> Parse(std::string_view text);

  bool is_postgres() const { return scheme == "postgres" || scheme == "postgresql"; }
  bool is_mysql() const { return scheme == "mysql"; }
  // The last one of that name; empty if there is none.
  std::string_view Parameter(std::string_view name) const;
};

}  // namespace isolane::base
