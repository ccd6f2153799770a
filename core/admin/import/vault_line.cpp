#include "admin/import/vault_line.hpp"

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "admin/import/values.hpp"
#include "crypto/digest.hpp"
#include "identity/citizen_number.hpp"
#include "link/stored_values.hpp"

namespace vneid::admin {

namespace {

constexpr std::array columns{
    Column{.name = "account", .required = true},
    Column{.name = "record", .required = true},
    Column{.name = "kind", .required = true},
    Column{"doc_type_code"},
    Column{.name = "title", .required = true},
    Column{"number"},
    Column{"summary"},
    Column{"issuer_code"},
    Column{"issuer_name"},
    Column{"signer"},
    Column{"issued_on"},
    Column{"valid_until"},
    Column{"perpetual"},
    Column{"procedure_code"},
    Column{"dossier_code"},
    Column{"owner_citizen_id"},
    Column{.name = "source", .required = true},
    Column{"trust"},
    Column{"signature_status"},
    Column{"file"},
    Column{"file_name"},
    Column{"mime"},
};

constexpr std::size_t longest_code = 200;  // characters, as in config/schema; bytes here
constexpr std::size_t longest_text = 1000;
constexpr std::size_t longest_summary = 10000;

using Words = std::initializer_list<std::string_view>;

class Reader {
 public:
  Reader(const Line& line, const crypto::KeyRing& keys, int current_year)
      : line_(line), keys_(keys), current_year_(current_year) {}

  std::expected<VaultLine, Problem> read(const ImportedPortal& portal,
                                         const std::filesystem::path& folder) {
    VaultLine record;
    record.line = line_.number();
    record.record = text("record", longest_code, true);
    const auto account = identity::account_name(line_["account"], portal.account_form);
    if (!account) return problem(line_, "account", account.error());
    record.account_key = link::account_key(keys_, portal.name, *account);
    record.key = record.account_key + record.record;
    record.values = values();
    if (!line_["file"].empty()) record.file = file(folder);
    if (problem_) return std::unexpected(*std::move(problem_));
    return record;
  }

 private:
  // Notes the first thing that is wrong; the rest of the line is read for nothing then.
  void wrong(std::string_view column, std::string reason) {
    if (!problem_) problem_ = problem(line_, column, std::move(reason)).error();
  }

  std::string text(std::string_view column, std::size_t longest, bool required = false) {
    const std::string& value = line_[column];
    if (required && value.empty()) wrong(column, "empty");
    if (value.size() > longest) wrong(column, "too long");
    return value;
  }

  std::string one_of(std::string_view column, Words words, std::string_view otherwise) {
    const std::string& value = line_[column];
    if (value.empty() && !otherwise.empty()) return std::string{otherwise};
    if (std::ranges::find(words, std::string_view{value}) == words.end()) {
      std::string all;
      for (std::string_view word : words) all.append(all.empty() ? "" : ", ").append(word);
      wrong(column, "not one of " + all);
    }
    return value;
  }

  std::string date(std::string_view column) {
    if (line_[column].empty()) return {};
    const auto value = parse_partial_date(line_[column]);
    if (!value) wrong(column, "not dd/mm/yyyy, mm/yyyy or yyyy");
    return value.value_or("");
  }

  std::string perpetual(const std::string& valid_until) {
    const auto value = parse_flag(line_["perpetual"]);
    if (!value) wrong("perpetual", "not true or false");
    if (value.value_or(false) && !valid_until.empty()) {
      wrong("perpetual", "true, but there is a valid_until");
    }
    return value.value_or(false) ? "true" : "false";
  }

  std::string owner_key() {
    const std::string& written = line_["owner_citizen_id"];
    if (written.empty()) return {};
    const auto number = identity::CitizenNumber::parse(written, current_year_);
    if (!number) {
      wrong("owner_citizen_id", std::string{identity::to_text(number.error())});
      return {};
    }
    // As PostgreSQL writes bytea.
    return "\\x" + crypto::hex(link::citizen_key(keys_, *number));
  }

  RecordValues values() {
    const std::string source = one_of("source",
                                      {"citizen_upload", "dossier_result", "dossier_component",
                                       "national_portal", "population_db", "vneid"},
                                      "");
    const std::string trust = one_of("trust", {"0", "1", "2", "3"}, "0");
    const std::string signature = one_of("signature_status",
                                         {"valid", "invalid", "expired_cert_at_check", "revoked",
                                          "unknown_ca", "none", "not_checked"},
                                         "not_checked");
    if (trust == "3" && signature != "valid") {
      wrong("trust",
            "3 means signed by the issuer and verified, but signature_status is not valid");
    }
    if (source == "citizen_upload" && trust != "0") {
      wrong("trust", "what a citizen uploaded has trust 0");
    }
    const std::string valid_until = date("valid_until");
    return {one_of("kind", {"info", "paper", "result"}, ""),
            text("doc_type_code", longest_code),
            text("title", longest_text, true),
            text("number", longest_code),
            text("summary", longest_summary),
            text("issuer_code", longest_code),
            text("issuer_name", longest_text),
            text("signer", longest_text),
            date("issued_on"),
            valid_until,
            perpetual(valid_until),
            text("procedure_code", longest_code),
            text("dossier_code", longest_code),
            owner_key(),
            source,
            trust,
            signature};
  }

  std::optional<LineFile> file(const std::filesystem::path& folder) {
    const std::filesystem::path written{line_["file"]};
    const bool leaves = written.is_absolute() ||
                        std::ranges::find(written, std::filesystem::path{".."}) != written.end();
    std::error_code failure;
    const auto root = std::filesystem::canonical(folder, failure);
    const auto path = std::filesystem::canonical(folder / written, failure);
    // A list from elsewhere must not be able to put any file of this machine into a vault.
    if (leaves || (!failure && !inside(path, root))) {
      wrong("file", "leads out of the folder of the table");
      return std::nullopt;
    }
    if (failure || !std::filesystem::is_regular_file(path, failure)) {
      wrong("file", "no such file");
      return std::nullopt;
    }
    const std::uintmax_t size = std::filesystem::file_size(path, failure);
    if (failure || size == 0 || size > largest_file) {
      wrong("file", "empty or larger than 32 MiB");
      return std::nullopt;
    }
    return checked({.path = path, .name = written.filename().string()});
  }

  static bool inside(const std::filesystem::path& path, const std::filesystem::path& root) {
    return std::ranges::mismatch(root, path).in1 == root.end();
  }

  std::optional<LineFile> checked(LineFile file) {
    if (!line_["file_name"].empty()) file.name = line_["file_name"];
    file.mime = line_["mime"].empty() ? "application/octet-stream" : line_["mime"];
    if (file.name.find_first_of("/\\") != std::string::npos) {
      wrong("file_name", "a name, not a path");
    }
    try {
      file.sha256 = crypto::hex(crypto::sha256(read_whole(file.path)));
    } catch (const std::runtime_error&) {
      wrong("file", "cannot be read");
    }
    return file;
  }

  const Line& line_;
  const crypto::KeyRing& keys_;
  int current_year_;
  std::optional<Problem> problem_;
};

}  // namespace

std::span<const Column> vault_columns() { return columns; }

std::expected<VaultLine, Problem> read_vault_line(const Line& line, const crypto::KeyRing& keys,
                                                  const ImportedPortal& portal,
                                                  const std::filesystem::path& folder,
                                                  int current_year) {
  return Reader{line, keys, current_year}.read(portal, folder);
}

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream stream{path, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{stream}, {}};
  if (!stream.is_open() || stream.bad()) throw std::runtime_error("cannot read " + path.string());
  return bytes;
}

}  // namespace vneid::admin
