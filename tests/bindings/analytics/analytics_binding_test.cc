#include "bindings/analytics/analytics_binding.h"

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::bindings {
namespace {

using testing::TestWorker;

class Points final : public Observer {
 public:
  bool wants_data_points() const override { return wanted; }
  void OnDataPoint(const DataPoint& point) override {
    text += std::string(point.worker) + " " + std::string(point.dataset) + " " +
            std::string(point.text) + "\n";
  }

  bool wanted = true;
  std::string text;
};

// What the observer was told, and what the Worker answered.
std::string Run(const std::string& body, bool wanted = true) {
  Points points;
  points.wanted = wanted;
  RuntimeOptions options;
  options.observer = &points;
  auto runtime = Runtime::LoadSpecs(
      {TestWorker::Handler("w", body).Binding({"AE", AnalyticsBinding{"clicks"}, {}}).Spec()},
      options);
  REQUIRE(runtime.ok());
  auto response = (*runtime)->Fetch({});
  REQUIRE(response.ok());
  return points.text + (*response).body;
}

TEST_SUITE("bindings/analytics") {
  TEST_CASE("writeDataPoint()") {
    SUBCASE("tells the observer and gives nothing") {
      CHECK(Run("return new Response(String(env.AE.writeDataPoint({ blobs: ['a'], doubles: [1] "
                "})))") == "w clicks { blobs: [ 'a' ], doubles: [ 1 ] }\nundefined");
    }
    SUBCASE("does nothing for an observer who does not ask") {
      CHECK(Run("env.AE.writeDataPoint({ get blobs() { throw 1; } }); return new Response('ok')",
                false) == "ok");
    }
    SUBCASE("needs its object") {
      CHECK(Run("const { writeDataPoint } = env.AE;\n"
                "try { writeDataPoint({}); } catch (e) { return new Response(e.name); }") ==
            "TypeError");
    }
  }
}

}  // namespace
}  // namespace isolane::bindings
