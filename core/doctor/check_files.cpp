#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "crypto/key_ring.hpp"
#include "doctor/checks.hpp"

namespace vneid::doctor {

namespace {

bool is_ours(uid_t owner) noexcept { return owner == 0 || owner == ::geteuid(); }

std::string name_of(uid_t uid) {
  const passwd* user = ::getpwuid(uid);
  return user == nullptr ? std::to_string(uid) : user->pw_name;
}

std::string octal(unsigned mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", mode & 07777U);
  return text.data();
}

/// The first folder above that others can exchange the file in; empty: none.
std::string loose_folder(const std::string& path) {
  auto folder = std::filesystem::path(path).parent_path();
  for (;;) {
    struct stat status{};
    if (::stat(folder.c_str(), &status) != 0) return {};
    const bool writable = (status.st_mode & 022U) != 0 && (status.st_mode & S_ISVTX) == 0;
    if (writable || !is_ours(status.st_uid)) return folder.string();
    if (folder == folder.parent_path()) return {};
    folder = folder.parent_path();
  }
}

void check_secret(const NamedFile& file, Findings& findings) {
  const About about{findings, file.what, file.at};
  struct stat status{};
  if (::stat(file.path.c_str(), &status) != 0) {
    const int cause = errno;
    const bool forbidden = cause == EACCES && ::geteuid() != 0;
    if (forbidden) {
      about.warning("files.secret", file.path + " cannot be judged by " + name_of(::geteuid()),
                    "Run vneidctl doctor as root");
    } else {
      about.wrong("files.secret", file.path + ": " + std::strerror(cause),
                  "Put the file there, mode 0600, owner root");
    }
    return;
  }
  if (!S_ISREG(status.st_mode) || status.st_size == 0) {
    about.wrong("files.secret", file.path + (S_ISREG(status.st_mode) ? " is empty" : " is no file"),
                "Put the secret there, one line");
    return;
  }
  if (auto problem = mode_problem(status.st_mode)) {
    about.wrong("files.secret", file.path + " has mode " + octal(status.st_mode) + ": " + *problem,
                "chmod 600 " + file.path);
    return;
  }
  if (!is_ours(status.st_uid)) {
    about.wrong(
        "files.secret",
        file.path + " belongs to " + name_of(status.st_uid) + ", who can read and change it",
        "chown root: " + file.path);
    return;
  }
  if (const std::string folder = loose_folder(file.path); !folder.empty()) {
    about.wrong("files.secret",
                file.path + " is kept from others, but they can exchange it: " + folder +
                    " is not root's alone to write",
                "chown root: " + folder + " && chmod go-w " + folder);
    return;
  }
  about.ok("files.secret", file.path + " is kept from others (" + octal(status.st_mode) + ")");
}

/// More are the public CAs of a system, of which some have always expired.
constexpr int most_of_own = 20;

using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;

void check_certificate(const NamedFile& file, Findings& findings) {
  const About about{findings, file.what, file.at};
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_file(file.path.c_str(), "r"),
                                                      BIO_free);
  int good = 0;
  int expired = 0;
  while (bio) {
    const X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
    if (!certificate) break;
    ++(X509_cmp_current_time(X509_get0_notAfter(certificate.get())) > 0 ? good : expired);
  }
  if (good + expired == 0) {
    about.wrong("files.certificate", file.path + " cannot be read or holds no certificate (PEM)",
                "Put the CA's certificate there");
  } else if (good == 0) {
    about.wrong("files.certificate", file.path + " holds expired certificates only",
                "Put the CA's new certificate there");
  } else if (expired > 0 && good <= most_of_own) {
    about.warning("files.certificate",
                  file.path + " holds " + std::to_string(expired) +
                      " expired certificate(s) among its " + std::to_string(good + expired) +
                      ": who still relies on one is refused",
                  "Put the CA's new certificate there, and take the old one out");
  } else {
    about.ok("files.certificate", file.path + " holds " + std::to_string(good) + " certificate(s)");
  }
}

void check_templates(const NamedFile& folder, Findings& findings) {
  const About about{findings, folder.what, folder.at};
  std::error_code failure;
  std::filesystem::directory_iterator entries{folder.path, failure};
  if (failure) {
    about.wrong("files.templates", folder.path + ": " + failure.message(),
                "Name a folder in vneid_templates, or take the directive out");
  } else {
    about.ok("files.templates", folder.path + " is a folder");
  }
}

}  // namespace

std::optional<std::string> mode_problem(unsigned mode) {
  if ((mode & 0007U) != 0) return "everybody on this machine may use it";
  if ((mode & 0030U) != 0) return "its group may change it";
  return {};
}

void check_files(const Deployment& deployment, Findings& findings) {
  for (const NamedFile& file : deployment.secrets) check_secret(file, findings);
  for (const NamedFile& file : deployment.certificates) check_certificate(file, findings);
  if (deployment.templates) check_templates(*deployment.templates, findings);
}

void check_keys(const Deployment& deployment, Findings& findings) {
  if (!deployment.keys) {
    if (!deployment.used) return;
    About{findings, "keys"}.wrong("keys.ring", "no vneid_keys: nothing can be sealed",
                                  "vneidctl keys generate /etc/nginx/vneid/keys, and name it in "
                                  "vneid_keys");
    return;
  }
  const About about{findings, "keys", deployment.keys->at};
  const auto ring = crypto::KeyRing::load(deployment.keys->path);
  const bool forbidden = ::access(deployment.keys->path.c_str(), R_OK) != 0 && errno == EACCES;
  if (!ring && forbidden) {
    about.warning("keys.ring",
                  deployment.keys->path + " cannot be read by " + name_of(::geteuid()) +
                      ": whether it is the right one is not known",
                  "Run vneidctl doctor as root");
    return;
  }
  if (!ring) {
    about.wrong("keys.ring", ring.error(),
                "Put the right file back from its backup; only a new installation makes one with "
                "vneidctl keys generate");
    return;
  }
  std::size_t seals = 0;
  for (const auto& key : ring->keys()) seals += key.use == crypto::KeyRing::Use::seal ? 1 : 0;
  about.ok("keys.ring", std::to_string(seals) + " sealing key(s), new values are sealed with " +
                            ring->keys().front().id);
}

}  // namespace vneid::doctor
