#pragma once

#include <string>

#include "flows/front/guard.hpp"
#include "unit/flows/world/world.hpp"
#include "unit/population/samples.hpp"

/// What citizens type, what the population database and the portal answer, and the longer ways to
/// where a test begins.
namespace vneid::test {

inline constexpr const char* typed_citizen =
    "action=update&cmnd=&number=052089999999&name=Nguy%E1%BB%85n+V%C4%83n+An&birth_date=07%2F03%"
    "2F1989";
inline constexpr const char* api_citizen =
    R"("citizen_id":"052089999999","name":"Nguyễn Văn An","birth_date":"07/03/1989")";

inline std::string in_json(const std::string& xml) {
  std::string text = R"({"error_code":"0","message":")";
  for (const char c : xml) {
    if (c == '"' || c == '\\') text += '\\';
    text += c == '\n' ? ' ' : c;
  }
  return text + "\"}";
}

inline void answer_citizens(World& world, const std::string& citizens) {
  world.http.answers["https://lgsp.example/csdldc"] = {
      .status = 200,
      .headers = {{"content-type", "application/json"}},
      .body = in_json(population::collection_of(citizens))};
}

inline void answer_nobody(World& world) { answer_citizens(world, ""); }

inline void answer_population(World& world, const std::string& given_name = "AN") {
  answer_citizens(world,
                  population::citizen_of(
                      "<ns1:SoDinhDanh>052089999999</ns1:SoDinhDanh>"
                      "<ns1:HoVaTen><ns1:Ho>NGUYỄN</ns1:Ho><ns1:ChuDem>VĂN</ns1:ChuDem><ns1:Ten>" +
                      given_name +
                      "</ns1:Ten></ns1:HoVaTen><ns1:GioiTinh>1</ns1:GioiTinh><ns1:NgayThangNamSinh>"
                      "<ns1:Nam>1989</ns1:Nam><ns1:NgayThangNam>19890307</ns1:NgayThangNam>"
                      "</ns1:NgayThangNamSinh>"));
}

/// `vneid_session_exchange`.
inline void exchange_sessions(World& world, int status = 204) {
  world.site->session_exchange = flows::SessionExchange{.url = "https://portal.example/session"};
  world.http.answers["https://portal.example/session"] = {
      .status = status, .headers = {{"set-cookie", "sid=exchanged; Path=/"}}, .body = {}};
}

/// A person without a link, whose verified number an account carries.
inline void to_choice(World& world) {
  world.verify_number();
  world.adoptable = {world.account.id};
  world.run(world.get("callback/bca", world.go_to_provider_first()));
}

inline void to_linked(World& world) {
  world.verify_number();
  world.run(world.get("callback/bca", world.go_to_provider()));
}

inline flows::Request api_post(World& world, const std::string& what, const std::string& members) {
  const auto told = world.run(world.get("api/v1/identity"));
  static const std::string mark = R"("csrf":")";
  const auto start = told.body.find(mark) + mark.size();
  const std::string csrf = told.body.substr(start, told.body.find('"', start) - start);
  auto request = world.post("api/v1/identity/" + what, {});
  request.body_is_form = false;
  request.body_is_json = true;
  request.body = "{" + members + R"(,"csrf":")" + csrf + "\"}";
  return request;
}

/// A form was sent without a login; the citizen is signed in now. The way to it is in the cookie
/// jar as "query".
inline void to_kept_form(World& world) {
  auto request = world.post({}, "ten=An&dong=a%0D%0Ab");
  request.target = "/nop-ho-so";
  const auto kept = world.loop.run(flows::guarded_keep_post(world.exchange(std::move(request))));
  world.keep_cookies(kept.headers);
  std::string location;
  for (const auto& [name, value] : kept.headers) {
    if (name == "Location") location = value;
  }
  const std::string mark = "id%3D";
  const std::string id = location.substr(location.find(mark) + mark.size());
  world.sign_in();
  world.cookies["query"] = "id=" + id;
}

}  // namespace vneid::test
