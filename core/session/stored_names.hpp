#pragma once

#include "policy/policy.hpp"
#include "session/fields.hpp"
#include "session/login_proof.hpp"
#include "session/session.hpp"

/// What enumerations are called in what is kept.
namespace vneid::sealed {

template <>
struct Names<policy::Kind> {
  static constexpr std::array all{std::pair{policy::Kind::personal, "personal"},
                                  std::pair{policy::Kind::organization, "organization"},
                                  std::pair{policy::Kind::foreign, "foreign"}};
};

template <>
struct Names<LoginProof> {
  static constexpr std::array all{std::pair{LoginProof::announced, "announced"},
                                  std::pair{LoginProof::asked, "asked"},
                                  std::pair{LoginProof::claimed, "claimed"}};
};

template <>
struct Names<Session::Proof> {
  static constexpr std::array all{std::pair{Session::Proof::legacy, "legacy"},
                                  std::pair{Session::Proof::vneid, "vneid"}};
};

}  // namespace vneid::sealed
