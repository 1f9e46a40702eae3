#include "runtime/http/web_socket_extensions.h"

#include <doctest/doctest.h>

#include <string>

namespace isolane::http {
namespace {

// All valid offers of a header, as they would be written.
std::string Parsed(std::string_view header) {
  std::string text;
  for (const DeflateParameters& one : ParseDeflate(header)) {
    text += (text.empty() ? "" : " | ") + ToExtension(one);
  }
  return text;
}

std::string Answer(std::string_view offers, std::optional<std::string_view> wanted = {}) {
  const auto answer = AnswerDeflate(offers, wanted);
  return answer ? ToExtension(*answer) : "none";
}

std::string Read(std::string_view offer, std::string_view answer) {
  const auto agreed = ReadDeflateAnswer(offer, answer);
  if (!agreed.ok()) return agreed.error().message;
  return agreed.value() ? ToExtension(*agreed.value()) : "none";
}

TEST_SUITE("runtime/http/web_socket_extensions") {
  TEST_CASE("offers are read with all that a header may have") {
    CHECK(Parsed("permessage-deflate") == "permessage-deflate");
    CHECK(Parsed(" permessage-deflate ; client_max_window_bits ") ==
          "permessage-deflate; client_max_window_bits");
    CHECK(Parsed("permessage-deflate; server_max_window_bits=10; client_max_window_bits=\"12\"") ==
          "permessage-deflate; server_max_window_bits=10; client_max_window_bits=12");
    CHECK(Parsed("x-webkit-deflate-frame, permessage-deflate;client_no_context_takeover, "
                 "permessage-deflate;server_no_context_takeover") ==
          "permessage-deflate; client_no_context_takeover | permessage-deflate; "
          "server_no_context_takeover");
    CHECK(Parsed("other; a=\"x, permessage-deflate\"") == "");
    CHECK(Parsed("") == "");
    CHECK(Parsed(", ,") == "");
  }

  TEST_CASE("an offer with a parameter that is wrong is none") {
    for (const char* parameter :
         {"unknown", "server_max_window_bits", "server_max_window_bits=7",
          "server_max_window_bits=16", "server_max_window_bits=08",
          "server_max_window_bits=", "server_max_window_bits=\"\"", "server_max_window_bits=1x",
          "client_max_window_bits=100", "client_max_window_bits=-8", "client_no_context_takeover=1",
          "server_no_context_takeover=", "server_max_window_bits=9; server_max_window_bits=9",
          "client_no_context_takeover; client_no_context_takeover",
          "client_max_window_bits; client_max_window_bits=9", ""}) {
      CAPTURE(parameter);
      const std::string offer = std::string("permessage-deflate; ") + parameter;
      CHECK(Parsed(offer) == "");
      CHECK(Parsed(offer + ", permessage-deflate") == "permessage-deflate");
    }
  }

  TEST_CASE("unless a Worker says otherwise the server agrees to what needs no memory") {
    const std::string plain =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    CHECK(Answer("permessage-deflate") == plain);
    CHECK(Answer("permessage-deflate; client_max_window_bits") == plain);
    CHECK(Answer("permessage-deflate; client_max_window_bits=10") ==
          plain + "; client_max_window_bits=10");
    CHECK(Answer("permessage-deflate; server_max_window_bits=9") ==
          plain + "; server_max_window_bits=9");
    CHECK(Answer("permessage-deflate; x=1, permessage-deflate; server_max_window_bits=8") ==
          plain + "; server_max_window_bits=8");
    CHECK(Answer("permessage-deflate; x=1") == "none");
    CHECK(Answer("") == "none");
  }

  TEST_CASE("a Worker limits the answer by its header, and declines by an empty one") {
    CHECK(Answer("permessage-deflate", "") == "none");
    CHECK(Answer("permessage-deflate", "something else") == "none");
    CHECK(Answer("permessage-deflate", "permessage-deflate") ==
          "permessage-deflate; server_no_context_takeover");
    CHECK(Answer("permessage-deflate; client_no_context_takeover", "permessage-deflate") ==
          "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    CHECK(Answer("permessage-deflate; client_max_window_bits",
                 "permessage-deflate; client_max_window_bits=10; server_max_window_bits=12") ==
          "permessage-deflate; server_no_context_takeover; server_max_window_bits=12; "
          "client_max_window_bits=10");
    CHECK_MESSAGE(Answer("permessage-deflate", "permessage-deflate; client_max_window_bits=10") ==
                      "permessage-deflate; server_no_context_takeover",
                  "a client that did not name it cannot be told it");
    CHECK(Answer("permessage-deflate; server_max_window_bits=9",
                 "permessage-deflate; server_max_window_bits=12") ==
          "permessage-deflate; server_no_context_takeover; server_max_window_bits=9");
  }

  TEST_CASE("a client offers what its Worker does, as far as it is valid") {
    CHECK(OfferDeflate("permessage-deflate; client_max_window_bits") ==
          "permessage-deflate; client_max_window_bits");
    CHECK(OfferDeflate("x, permessage-deflate; y, permessage-deflate;server_max_window_bits=9, "
                       "permessage-deflate") ==
          "permessage-deflate; server_max_window_bits=9, permessage-deflate");
    CHECK(OfferDeflate("") == "");
  }

  TEST_CASE("an answer must be one to what was offered") {
    CHECK(Read("permessage-deflate", "") == "none");
    CHECK(Read("", "") == "none");
    CHECK(Read("permessage-deflate", "permessage-deflate") == "permessage-deflate");
    CHECK(Read("permessage-deflate",
               "permessage-deflate; server_no_context_takeover; server_max_window_bits=10") ==
          "permessage-deflate; server_no_context_takeover; server_max_window_bits=10");
    CHECK(Read("permessage-deflate; client_max_window_bits",
               "permessage-deflate; client_max_window_bits=9") ==
          "permessage-deflate; client_max_window_bits=9");
    CHECK_MESSAGE(Read("permessage-deflate; client_max_window_bits=9", "permessage-deflate") ==
                      "permessage-deflate; client_max_window_bits=9",
                  "its own limit holds");
    const std::string failed = "Server failed WebSocket handshake: ";
    CHECK(Read("", "permessage-deflate") ==
          failed + "added Sec-WebSocket-Extensions when client did not offer any.");
    CHECK(Read("permessage-deflate", "permessage-deflate, permessage-deflate") ==
          failed +
              "expected exactly one extension (permessage-deflate) but received more than one.");
    CHECK(
        Read("permessage-deflate", "x-other") ==
        failed +
            "response included a Sec-WebSocket-Extensions value that was not permessage-deflate.");
    const std::string invalid =
        failed + "the Sec-WebSocket-Extensions header in the Response included an invalid value.";
    CHECK(Read("permessage-deflate", "permessage-deflate; x") == invalid);
    CHECK(Read("permessage-deflate; client_max_window_bits",
               "permessage-deflate; client_max_window_bits") == invalid);
    const std::string other = failed + "the answer to permessage-deflate is none that was offered.";
    CHECK(Read("permessage-deflate", "permessage-deflate; client_max_window_bits=9") == other);
    CHECK(Read("permessage-deflate; server_no_context_takeover", "permessage-deflate") == other);
    CHECK(Read("permessage-deflate; server_max_window_bits=9", "permessage-deflate") == other);
    CHECK(Read("permessage-deflate; server_max_window_bits=9",
               "permessage-deflate; server_max_window_bits=10") == other);
    CHECK_MESSAGE(Read("permessage-deflate; server_max_window_bits=9, permessage-deflate",
                       "permessage-deflate") == "permessage-deflate",
                  "an answer to the second offer");
  }
}

}  // namespace
}  // namespace isolane::http
