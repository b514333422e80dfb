#include "variate/mixtures/config.hpp"

#include "mixtures/config_from_json.hpp"
#include "support/catch.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Settings by name", "[mixtures]") {
  Config config{{"one", 1},  {"text", "word"}, {"sure", true}, {"many", {1, 2, 3}}, {"inner", Config{{"a", 1}, {"b", 2}}},
                {"one", 2.5}};
  CHECK(config.settings().size() == 5);
  CHECK(std::get<double>(config.find("one")->value) == 2.5);
  CHECK(std::get<std::string>(config.find("text")->value) == "word");
  CHECK(std::get<bool>(config.find("sure")->value));
  CHECK(std::get<std::vector<double>>(config.find("many")->value).size() == 3);
  CHECK(config.find("none") == nullptr);

  config.merge({{"inner", Config{{"b", 3}, {"c", 4}}}, {"text", 7}});
  CHECK(config["inner"] == Config{{"c", 4}, {"b", 3}, {"a", 1}});
  CHECK(std::get<double>(config.find("text")->value) == 7);
  config["inner"]["deeper"].set({"d", 1});
  CHECK(config["inner"]["deeper"] == Config{{"d", 1}});
  CHECK_THROWS_AS(config["one"], InvalidArgument);
  CHECK_FALSE(Config{{"a", 1}} == Config{{"a", true}});
  CHECK_FALSE(Config{{"a", 1}} == Config{{"b", 1}});
  const Config copy = config;
  CHECK(copy == config);
}

TEST_CASE("Settings of codenames and experiments", "[mixtures]") {
  const Config all = codename_config("SAMTRON");
  CHECK(all.settings().size() == 14);
  CHECK(codename_config("nortmas") == all);
  // The last letter for a module counts.
  CHECK(codename_config("ZS") == codename_config("S"));
  CHECK(codename_config("").settings().empty());
  try {
    codename_config("SAMQ");
    FAIL("no error");
  } catch (const InvalidArgument& error) {
    CHECK(says(error.what(), "letter is Q"));
  }
  CHECK_THROWS_AS(experiment_config("gmm21"), InvalidArgument);
}

TEST_CASE("Default settings", "[fixtures][gmmvi]") {
  const auto file = fixture("gmmvi/default_configs.json");
  for (const auto& [name, value] : file.items())
    if (name != "about" && name != "letters" && name != "experiments") FAIL("unknown field " << name);
  REQUIRE(file.at("letters").size() > 0);
  for (const auto& [letter, settings] : file.at("letters").items()) {
    INFO(letter);
    CHECK(codename_config(letter) == config_from(settings));
  }
  REQUIRE(file.at("experiments").size() > 0);
  for (const auto& [name, settings] : file.at("experiments").items()) {
    INFO(name);
    CHECK(experiment_config(name) == config_from(settings));
  }
}
