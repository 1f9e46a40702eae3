// ada 4.0, the WHATWG URL parser: its C API, which the V8 host exports without a header.
//
// The names are ada's, the text is ours; third_party/selfcheck/ada.cc proves the prototypes against
// the pinned host. Strings are UTF-8 with a length and no terminating zero. Any thread, one at a
// time per object.
#pragma once
#include <cstddef>
#include <cstdint>

extern "C" {

// Borrowed from the object it came from, until that is changed or freed. data may be null when
// length is 0.
struct ada_string {
  const char* data;
  std::size_t length;
};
// The caller's, until ada_free_owned_string.
struct ada_owned_string {
  const char* data;
  std::size_t length;
};
void ada_free_owned_string(ada_owned_string owned);

// ---- URLs. Free each with ada_free, also an invalid one.

typedef void* ada_url;

// Never null: ask ada_is_valid.
ada_url ada_parse(const char* input, std::size_t length);
ada_url ada_parse_with_base(const char* input, std::size_t input_length, const char* base,
                            std::size_t base_length);
bool ada_can_parse(const char* input, std::size_t length);
bool ada_can_parse_with_base(const char* input, std::size_t input_length, const char* base,
                             std::size_t base_length);
ada_url ada_copy(ada_url url);
void ada_free(ada_url url);
bool ada_is_valid(ada_url url);

// Offsets into the href:
//
//   https://user:pass@example.com:1234/foo/bar?baz#quux
//         |     |    |          | ^^^^|       |   |
//         |     |    |          | |   |       |   `----- hash_start
//         |     |    |          | |   |       `--------- search_start
//         |     |    |          | |   `----------------- pathname_start
//         |     |    |          | `--------------------- port, a number
//         |     |    |          `----------------------- host_end
//         |     |    `---------------------------------- host_start
//         |     `--------------------------------------- username_end
//         `--------------------------------------------- protocol_end
struct ada_url_components {
  std::uint32_t protocol_end;
  std::uint32_t username_end;
  std::uint32_t host_start;
  std::uint32_t host_end;
  std::uint32_t port;
  std::uint32_t pathname_start;
  std::uint32_t search_start;
  std::uint32_t hash_start;
};
// The value of port, search_start and hash_start when the URL has none.
inline constexpr std::uint32_t kAdaOmitted = 0xffffffff;
// Of a valid URL; borrowed from it.
const ada_url_components* ada_get_components(ada_url url);

ada_string ada_get_href(ada_url url);
ada_owned_string ada_get_origin(ada_url url);
ada_string ada_get_protocol(ada_url url);
ada_string ada_get_username(ada_url url);
ada_string ada_get_password(ada_url url);
ada_string ada_get_host(ada_url url);
ada_string ada_get_hostname(ada_url url);
ada_string ada_get_port(ada_url url);
ada_string ada_get_pathname(ada_url url);
ada_string ada_get_search(ada_url url);
ada_string ada_get_hash(ada_url url);
// 0 a name, 1 IPv4, 2 IPv6.
std::uint8_t ada_get_host_type(ada_url url);
// 0 http, 1 not special, 2 https, 3 ws, 4 ftp, 5 wss, 6 file.
std::uint8_t ada_get_scheme_type(ada_url url);

// False when the value was refused; the URL is as before then.
bool ada_set_href(ada_url url, const char* input, std::size_t length);
bool ada_set_protocol(ada_url url, const char* input, std::size_t length);
bool ada_set_username(ada_url url, const char* input, std::size_t length);
bool ada_set_password(ada_url url, const char* input, std::size_t length);
bool ada_set_host(ada_url url, const char* input, std::size_t length);
bool ada_set_hostname(ada_url url, const char* input, std::size_t length);
bool ada_set_port(ada_url url, const char* input, std::size_t length);
bool ada_set_pathname(ada_url url, const char* input, std::size_t length);
void ada_set_search(ada_url url, const char* input, std::size_t length);
void ada_set_hash(ada_url url, const char* input, std::size_t length);
void ada_clear_port(ada_url url);
void ada_clear_search(ada_url url);
void ada_clear_hash(ada_url url);

bool ada_has_credentials(ada_url url);
bool ada_has_empty_hostname(ada_url url);
bool ada_has_hostname(ada_url url);
bool ada_has_non_empty_username(ada_url url);
bool ada_has_non_empty_password(ada_url url);
bool ada_has_password(ada_url url);
bool ada_has_port(ada_url url);
bool ada_has_search(ada_url url);
bool ada_has_hash(ada_url url);

// Longer inputs are invalid. Process-wide.
std::uint32_t ada_get_max_input_length();
void ada_set_max_input_length(std::uint32_t length);

// ---- Domain names. Empty when the name is refused.

ada_owned_string ada_idna_to_ascii(const char* input, std::size_t length);
ada_owned_string ada_idna_to_unicode(const char* input, std::size_t length);

// ---- URLSearchParams. Free each kind of object with its own function.

typedef void* ada_url_search_params;
typedef void* ada_strings;
typedef void* ada_url_search_params_keys_iter;
typedef void* ada_url_search_params_values_iter;
typedef void* ada_url_search_params_entries_iter;

struct ada_string_pair {
  ada_string key;
  ada_string value;
};

ada_url_search_params ada_parse_search_params(const char* input, std::size_t length);
void ada_free_search_params(ada_url_search_params params);
void ada_search_params_reset(ada_url_search_params params, const char* input, std::size_t length);

std::size_t ada_search_params_size(ada_url_search_params params);
void ada_search_params_sort(ada_url_search_params params);
ada_owned_string ada_search_params_to_string(ada_url_search_params params);

void ada_search_params_append(ada_url_search_params params, const char* key, std::size_t key_length,
                              const char* value, std::size_t value_length);
void ada_search_params_set(ada_url_search_params params, const char* key, std::size_t key_length,
                           const char* value, std::size_t value_length);
void ada_search_params_remove(ada_url_search_params params, const char* key,
                              std::size_t key_length);
void ada_search_params_remove_value(ada_url_search_params params, const char* key,
                                    std::size_t key_length, const char* value,
                                    std::size_t value_length);
bool ada_search_params_has(ada_url_search_params params, const char* key, std::size_t key_length);
bool ada_search_params_has_value(ada_url_search_params params, const char* key,
                                 std::size_t key_length, const char* value,
                                 std::size_t value_length);
// data is null when there is no such key.
ada_string ada_search_params_get(ada_url_search_params params, const char* key,
                                 std::size_t key_length);
ada_strings ada_search_params_get_all(ada_url_search_params params, const char* key,
                                      std::size_t key_length);
void ada_free_strings(ada_strings strings);
std::size_t ada_strings_size(ada_strings strings);
ada_string ada_strings_get(ada_strings strings, std::size_t index);

ada_url_search_params_keys_iter ada_search_params_get_keys(ada_url_search_params params);
bool ada_search_params_keys_iter_has_next(ada_url_search_params_keys_iter iterator);
ada_string ada_search_params_keys_iter_next(ada_url_search_params_keys_iter iterator);
void ada_free_search_params_keys_iter(ada_url_search_params_keys_iter iterator);

ada_url_search_params_values_iter ada_search_params_get_values(ada_url_search_params params);
bool ada_search_params_values_iter_has_next(ada_url_search_params_values_iter iterator);
ada_string ada_search_params_values_iter_next(ada_url_search_params_values_iter iterator);
void ada_free_search_params_values_iter(ada_url_search_params_values_iter iterator);

ada_url_search_params_entries_iter ada_search_params_get_entries(ada_url_search_params params);
bool ada_search_params_entries_iter_has_next(ada_url_search_params_entries_iter iterator);
ada_string_pair ada_search_params_entries_iter_next(ada_url_search_params_entries_iter iterator);
void ada_free_search_params_entries_iter(ada_url_search_params_entries_iter iterator);

const char* ada_get_version();

}  // extern "C"
