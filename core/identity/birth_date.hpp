#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vneid::identity {

/// A date of birth as exactly as it is known: many older people have a year only, some a month and
/// year. A day or month is never made up.
class BirthDate {
 public:
  enum class Precision : std::uint8_t { year, month, day };

  /// Year, month and day as far as they are written.
  struct Parts {
    int year = 0;
    unsigned month = 0;  ///< 0: not known
    unsigned day = 0;    ///< 0: not known

    friend bool operator==(const Parts&, const Parts&) = default;
  };

  static constexpr int earliest_year = 1900;

  /// Reads dd/MM/yyyy, d/M/yyyy, MM/yyyy, yyyy, yyyyMMdd, yyyy-MM-dd and yyyy-MM, with blanks
  /// around. Nothing unless the calendar has that day and the year is in 1900..`current_year`.
  static std::optional<BirthDate> parse(std::string_view text, int current_year);

  /// Reads back what to_text() wrote, and only that.
  static std::optional<BirthDate> from_text(std::string_view text);

  int year() const noexcept { return parts_.year; }
  std::optional<unsigned> month() const noexcept;  ///< 1..12
  std::optional<unsigned> day() const noexcept;    ///< 1..31
  Precision precision() const noexcept;

  /// For storing: "1950", "1950-03" or "1950-03-07".
  std::string to_text() const;
  /// For people: "1950", "03/1950" or "07/03/1950".
  std::string display() const;

  /// The same date with the same precision.
  friend bool operator==(const BirthDate&, const BirthDate&) = default;

 private:
  explicit BirthDate(const Parts& parts) noexcept : parts_(parts) {}
  static std::optional<BirthDate> checked(const Parts& parts, int latest_year);

  Parts parts_;
};

/// Whether both can be the same day: equal in the year and in every part that both know.
bool compatible(const BirthDate& left, const BirthDate& right) noexcept;

/// Whether both know the day and it is the same one.
bool fully_equal(const BirthDate& left, const BirthDate& right) noexcept;

/// Whether one is 1 January of a year of which the other knows no more than the number: compatible,
/// but the day and month were probably typed in because a form wanted them.
bool typed_in_new_year(const BirthDate& left, const BirthDate& right) noexcept;

}  // namespace vneid::identity
