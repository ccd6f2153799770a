#include <charconv>
#include <chrono>
#include <iostream>

#include "admin/commands.hpp"
#include "admin/officer.hpp"
#include "admin/officers/commands.hpp"
#include "admin/sessions.hpp"
#include "identity/citizen_number.hpp"
#include "link/officer/flagging.hpp"
#include "link/persons.hpp"

namespace vneid::admin {

namespace {

constexpr std::chrono::seconds statement_timeout{10};

PersonId person_of(const Options& options) {
  std::int64_t id = 0;
  const char* end = options.operand.data() + options.operand.size();
  const auto parsed = std::from_chars(options.operand.data(), end, id);
  if (parsed.ec != std::errc{} || parsed.ptr != end || id <= 0) {
    throw CommandFailed(exit_usage, "\"" + options.operand +
                                        "\" is no number of a person; \"vneidctl links show\" "
                                        "tells it");
  }
  return PersonId{id};
}

std::string in_words(PersonId person_id) { return "person " + std::to_string(person_id.value()); }

/// What both commands ask for. Throws CommandFailed when there is no such person.
link::FlagRequest request_of(EpollLoop& loop, postgres::Pool& pool, const Options& options,
                             const std::shared_ptr<const crypto::KeyRing>& keys) {
  link::FlagRequest request;
  request.person_id = person_of(options);
  request.reason = reason_given(options);
  request.officer = current_officer();
  const auto details = loop.run(link::read_person(pool, keys, request.person_id));
  if (!details) {
    throw CommandFailed(exit_failed, "there is no " + in_words(request.person_id) +
                                         "; \"vneidctl links show\" tells whom an account is "
                                         "linked to");
  }
  const auto number = identity::CitizenNumber::parse(details->citizen_number, identity::any_year);
  if (number) request.number_masked = number->masked();
  return request;
}

}  // namespace

Exit persons_flag(const Options& options) {
  const auto keys = load_keys(options);
  const redis::Settings redis = redis_of(options);
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  const link::FlagRequest request = request_of(loop, pool, options, keys);
  const std::string which = in_words(request.person_id);
  const bool flagged = loop.run(link::flag_person(pool, request));
  std::cout << which << (flagged ? ": flagged by " + request.officer : " was flagged before")
            << "; nothing lets them in until another officer unflags them\n";
  const auto accounts = loop.run(link::accounts_of(pool, request.person_id));
  std::cout << end_sessions(redis, keys, accounts, which + " is flagged")
            << " sessions of their accounts were ended\n";
  return exit_ok;
}

Exit persons_unflag(const Options& options) {
  const auto keys = load_keys(options);
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  const link::FlagRequest request = request_of(loop, pool, options, keys);
  const std::string which = in_words(request.person_id);
  switch (loop.run(link::unflag_person(pool, request))) {
    case link::UnflagOutcome::unflagged:
      std::cout << which << ": unflagged by " << request.officer << '\n';
      return exit_ok;
    case link::UnflagOutcome::same_officer:
      throw CommandFailed(exit_failed,
                          which + " was flagged by you; another officer is to unflag them");
    case link::UnflagOutcome::not_flagged:
      break;
  }
  std::cout << which << " is not flagged\n";
  return exit_ok;
}

}  // namespace vneid::admin
