#include "admin/import/account_line.hpp"

#include <array>
#include <utility>

#include "admin/import/values.hpp"
#include "identity/birth_date.hpp"
#include "identity/citizen_number.hpp"
#include "identity/name_key.hpp"

namespace vneid::admin {

namespace {

using identity::Field;
using identity::FieldStatus;

constexpr std::array columns{
    Column{.name = "account", .required = true},
    Column{"kind"},
    Column{"citizen_id"},
    Column{"cmnd"},
    Column{"name"},
    Column{"birth_date"},
    Column{"sex"},
    Column{"phone"},
    Column{"email"},
    Column{"birth_place"},
    Column{"home_town"},
    Column{"residence"},
    Column{"citizen_id_status"},
    Column{"source"},
    Column{"verified_at"},
    Column{"status"},
};

constexpr std::size_t longest_value = 1000;  // bytes

std::string column_of(Field field) {
  return field == Field::cmnd9 ? "cmnd" : std::string{identity::to_text(field)};
}

/// Whether the population database tells this field (domain.md §3.3).
bool of_population_database(Field field) { return field != Field::phone && field != Field::email; }

class Reader {
 public:
  Reader(const Line& line, const crypto::KeyRing& keys, int current_year)
      : line_(line), keys_(keys), current_year_(current_year) {}

  std::expected<AccountLine, Problem> read(const ImportedPortal& portal) {
    AccountLine account;
    account.line = line_.number();
    auto name = identity::account_name(line_["account"], portal.account_form);
    if (!name) return problem(line_, "account", name.error());
    account.name = *std::move(name);
    account.key = link::account_key(keys_, portal.name, account.name);
    if (auto read = read_kind(account); !read) return std::unexpected(read.error());
    if (auto read = read_status(); !read) return std::unexpected(read.error());
    for (Field field : identity::all_fields) {
      if (line_[column_of(field)].empty()) continue;
      auto value = read_field(field);
      if (!value) return std::unexpected(std::move(value.error()));
      account.fields.emplace(field, *std::move(value));
    }
    return account;
  }

 private:
  std::expected<void, Problem> read_kind(AccountLine& account) const {
    if (!line_["kind"].empty()) {
      account.kind = link::account_kind_from_text(line_["kind"]);
      if (!account.kind) return problem(line_, "kind", "not personal, organization or foreign");
    }
    const std::string& status = line_["status"];
    if (status.empty()) return {};
    if (status != "active" && status != "closed") {
      return problem(line_, "status", "not active or closed");
    }
    account.closed = status == "closed";
    return {};
  }

  /// How sure the number, and what belongs to it, is.
  std::expected<void, Problem> read_status() {
    const std::string& text = line_["citizen_id_status"];
    const bool has_number = !line_["citizen_id"].empty();
    const auto status = text.empty() ? std::optional{FieldStatus::self_entered}
                                     : identity::field_status_from_text(text);
    if (!status) return problem(line_, "citizen_id_status", "not verified, self_entered or empty");
    if (*status == FieldStatus::empty && has_number) {
      return problem(line_, "citizen_id_status", "empty, but there is a citizen_id");
    }
    if (*status != FieldStatus::verified) return {};
    if (!has_number) {
      return problem(line_, "citizen_id_status", "verified, but there is no citizen_id");
    }
    if (line_["source"].empty()) {
      return problem(line_, "source", "empty: say which database verified the number");
    }
    verified_at_ = parse_instant(line_["verified_at"]);
    if (!verified_at_) {
      return problem(line_, "verified_at",
                     "not an instant: write when it was verified, like 2023-11-20T08:30:00+07:00");
    }
    return {};
  }

  std::expected<FieldValue, Problem> read_field(Field field) const {
    FieldValue value;
    const std::string& written = line_[column_of(field)];
    if (written.size() > longest_value) return problem(line_, column_of(field), "too long");
    if (auto read = read_text(field, written, value); !read) return std::unexpected(read.error());
    if (verified_at_ && of_population_database(field)) {
      value.status = FieldStatus::verified;
      value.source = line_["source"];
      value.verified_at = verified_at_;
    }
    return value;
  }

  std::expected<void, Problem> read_text(Field field, const std::string& written,
                                         FieldValue& value) const {
    switch (field) {
      case Field::citizen_id:
        return read_citizen_id(written, value);
      case Field::cmnd9: {
        const auto number = identity::Cmnd::parse(written);
        if (!number) return problem(line_, "cmnd", wrong(number.error()));
        value.text = number->digits();
        value.value_key = link::cmnd_key(keys_, *number);
        return {};
      }
      case Field::name: {
        auto name = identity::clean_name(written);
        if (!name) return problem(line_, "name", std::string{identity::to_text(name.error())});
        value.text = *std::move(name);
        return {};
      }
      case Field::birth_date: {
        const auto date = identity::BirthDate::parse(written, current_year_);
        if (!date) return problem(line_, "birth_date", "not dd/mm/yyyy, mm/yyyy or yyyy");
        value.text = date->to_text();
        return {};
      }
      case Field::sex: {
        const auto sex = link::sex_from_text(written);
        if (!sex) return problem(line_, "sex", "not Nam or Nữ");
        value.text = link::to_text(*sex);
        return {};
      }
      default:
        value.text = written;
        return {};
    }
  }

  std::expected<void, Problem> read_citizen_id(const std::string& written,
                                               FieldValue& value) const {
    const auto number = identity::CitizenNumber::parse(written, current_year_);
    if (!number) return problem(line_, "citizen_id", wrong(number.error()));
    value.text = number->digits();
    value.value_key = link::citizen_key(keys_, *number);
    return {};
  }

  static std::string wrong(identity::NumberError error) {
    if (error == identity::NumberError::wrong_length) {
      return "wrong number of digits: did a spreadsheet drop the leading zeros?";
    }
    return std::string{identity::to_text(error)};
  }

  const Line& line_;
  const crypto::KeyRing& keys_;
  int current_year_;
  std::optional<Wall> verified_at_;
};

}  // namespace

std::span<const Column> account_columns() { return columns; }

std::expected<AccountLine, Problem> read_account_line(const Line& line, const crypto::KeyRing& keys,
                                                      const ImportedPortal& portal,
                                                      int current_year) {
  return Reader{line, keys, current_year}.read(portal);
}

}  // namespace vneid::admin
