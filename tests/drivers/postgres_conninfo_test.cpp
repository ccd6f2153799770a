#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include "drivers/support/child_process.hpp"
#include "net/postgres/client.hpp"
#include "net/postgres/conninfo.hpp"
#include "net/postgres/error.hpp"
#include "net/postgres/files.hpp"

namespace vneid::postgres {
namespace {

std::string refusal(const std::string& conninfo) {
  const auto checked = check_conninfo(conninfo);
  return checked ? "" : checked.error();
}

TEST(PostgresConninfo, RefusesWhatCouldOnlyFailLater) {
  EXPECT_NE(refusal("host"), "");
  EXPECT_NE(refusal("host=/run/postgresql nonsense=1"), "");
  EXPECT_NE(refusal("port='5432"), "");
  EXPECT_NE(refusal("host=db.example.gov.vn").find("db.example.gov.vn"), std::string::npos);
  EXPECT_NE(refusal("host=localhost"), "");
  EXPECT_NE(refusal("postgresql://db/vneid"), "");
  EXPECT_NE(refusal("host=127.0.0.1,db"), "");
  EXPECT_NE(refusal("host=a,b hostaddr=127.0.0.1,"), "");
  EXPECT_NE(refusal("host=a,b hostaddr=127.0.0.1"), "");
  EXPECT_NE(refusal("hostaddr=db"), "");
  EXPECT_NE(refusal("service=portal host=/run/postgresql"), "");
  EXPECT_EQ(refusal("sslmode=verify_full"), "sslmode \"verify_full\" is not known");
}

TEST(PostgresConninfo, AcceptsAddressesAndSocketFolders) {
  EXPECT_EQ(refusal(""), "");
  EXPECT_EQ(refusal("dbname=vneid"), "");
  EXPECT_EQ(refusal("host=/run/postgresql dbname=vneid"), "");
  EXPECT_EQ(refusal("host=@abstract"), "");
  EXPECT_EQ(refusal("host=192.0.2.7"), "");
  EXPECT_EQ(refusal("host=2001:db8::1"), "");
  EXPECT_EQ(refusal("postgresql://[2001:db8::1]:5433/vneid"), "");
  EXPECT_EQ(refusal("host=db.example.gov.vn hostaddr=192.0.2.7 sslmode=verify-full"), "");
  EXPECT_EQ(refusal("host=/run/postgresql,192.0.2.7,db hostaddr=,,192.0.2.8"), "");
}

TEST(PostgresConninfo, NumericHostsBecomeAddresses) {
  const auto options = [](const std::string& conninfo) {
    Settings settings;
    settings.conninfo = conninfo;
    return connect_options(settings).value();
  };
  EXPECT_EQ(options("host=192.0.2.7").at("hostaddr"), "192.0.2.7");
  EXPECT_EQ(options("host=192.0.2.7").at("host"), "192.0.2.7");
  EXPECT_EQ(options("host=/run/postgresql,192.0.2.7").at("hostaddr"), ",192.0.2.7");
  EXPECT_FALSE(options("host=/run/postgresql").contains("hostaddr"));
  EXPECT_FALSE(options("hostaddr=192.0.2.7").contains("host"));
  EXPECT_EQ(options("dbname=vneid").at("host"), "/var/run/postgresql");
  EXPECT_EQ(options("").at("gssencmode"), "disable");
  EXPECT_EQ(options("gssencmode=prefer").at("gssencmode"), "prefer");
  EXPECT_EQ(options("application_name=portal").at("application_name"), "portal");
  EXPECT_EQ(options("client_encoding=LATIN1").at("client_encoding"), "UTF8");
}

std::string complaint(const std::string& conninfo, const std::optional<FileUser>& user = {}) {
  const auto checked = check_files(conninfo, user);
  return checked ? "" : checked.error();
}

TEST(PostgresFiles, AreNamedWhereTheyAreNeeded) {
  EXPECT_EQ(complaint("host=/run/postgresql"), "");
  EXPECT_EQ(complaint("sslmode=require"), "");
  EXPECT_EQ(complaint("sslmode=verify-full"),
            "sslmode=verify-full needs sslrootcert=FILE, the CA of PostgreSQL's certificate");
  EXPECT_NE(complaint("postgresql://192.0.2.7/vneid?sslmode=verify-ca"), "");
  EXPECT_EQ(complaint("sslcert=/ours"), "sslcert= needs sslkey=FILE");
  EXPECT_EQ(complaint("sslmode=verify-full sslrootcert=system").empty(), PQlibVersion() >= 160'000);
}

TEST(PostgresFiles, AreThereAndSafe) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("file");
  std::ofstream(file) << "x";
  const auto with_mode = [&file](mode_t mode, const char* keyword) {
    EXPECT_EQ(::chmod(file.c_str(), mode), 0);
    return complaint(std::string{keyword} + "=" + file);
  };
  for (const char* keyword : {"sslrootcert", "sslkey", "passfile"}) {
    const std::string word{keyword};
    EXPECT_EQ(complaint(word + "=/no/where"), word + " /no/where: No such file or directory");
    EXPECT_EQ(complaint(word + "=file"), word + " file: must be an absolute path");
    EXPECT_EQ(complaint(word + "=/tmp"), word + " /tmp: is not a regular file");
    EXPECT_EQ(with_mode(0600, keyword), "");
  }
  EXPECT_EQ(with_mode(0644, "sslrootcert"), "");
  for (const char* keyword : {"sslkey", "passfile"}) EXPECT_NE(with_mode(0644, keyword), "");
  EXPECT_NE(with_mode(0640, "passfile"), "");
  EXPECT_EQ(with_mode(0640, "sslkey").empty(), ::getuid() == 0) << "root may share its keys";
}

TEST(PostgresFiles, AreForTheWorkersToOpen) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("ca");
  std::ofstream(file) << "x";
  const std::string conninfo = "sslrootcert=" + file;
  const std::string within = std::filesystem::path(file).parent_path();
  ASSERT_EQ(::chmod(within.c_str(), 0755), 0);
  const FileUser worker{.name = "worker", .user = ::getuid() + 1, .groups = {::getgid() + 1}};
  struct Row {
    mode_t folder, file;
    const char* said;
  };
  for (const Row& row : {Row{0755, 0644, ""}, Row{0755, 0640, "may not read it"},
                         Row{0755, 0600, "may not read it"}, Row{0700, 0644, "may not enter"}}) {
    ASSERT_EQ(::chmod(file.c_str(), row.file), 0);
    ASSERT_EQ(::chmod(within.c_str(), row.folder), 0);
    const std::string told = complaint(conninfo, worker);
    EXPECT_EQ(told.empty(), *row.said == '\0') << told;
    EXPECT_NE(told.find(row.said), std::string::npos) << told;
    if (!told.empty()) EXPECT_NE(told.find("worker, who opens it"), std::string::npos) << told;
  }
  ASSERT_EQ(::chmod(within.c_str(), 0755), 0);
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  FileUser member = worker;
  member.groups.push_back(::getgid());
  EXPECT_EQ(complaint(conninfo, member), "");
  EXPECT_EQ(complaint(conninfo, FileUser{.name = "root", .user = 0, .groups = {}}), "");
}

TEST(PostgresFiles, WithCertificatesAreTold) {
  EXPECT_EQ(certificate_files("sslkey=/k sslcert=/c sslrootcert=/r"),
            (std::vector<std::string>{"/r", "/c"}));
  EXPECT_TRUE(certificate_files("dbname=vneid").empty());
}

// Texts of libpq 15 and 17 and of OpenSSL 3.
TEST(PostgresConnectTexts, TellASetUpFromAnOutage) {
  const std::string begin = "connection to server at \"192.0.2.20\", port 5432 failed: ";
  for (const char* text :
       {"root certificate file \"/x\" does not exist\nEither disable server certificate",
        "could not get home directory to locate root certificate file\nEither provide the file",
        "could not read root certificate file \"/x\": no certificate or crl found",
        "SSL error: certificate verify failed",
        "server certificate for \"db\" (and 1 other name) does not match host name \"x\"",
        "could not get server's host name from server certificate",
        "host name must be specified for a verified SSL connection",
        "could not open certificate file \"/x\": Permission denied",
        "could not load private key file \"/x\": bad decrypt",
        "private key file \"/x\" has group or world access; file must have permissions u=rw",
        "certificate present, but not private key file \"/x\"", "SSL error: tlsv1 alert unknown ca",
        "SSL error: sslv3 alert certificate expired",
        "server does not support SSL, but SSL was required", "fe_sendauth: no password supplied"}) {
    const std::string told = misconfiguration_in(begin + text + "\n").value_or("");
    EXPECT_TRUE(told.starts_with(begin) && told.contains("; ")) << text << ": " << told;
    EXPECT_FALSE(told.contains('\n') || told.contains("disable server certificate")) << told;
  }
  EXPECT_TRUE(misconfiguration_in("invalid sslmode value: \"verify_full\"\n"));
  EXPECT_TRUE(misconfiguration_in(
      "connection to server on socket \"/run/postgresql/.s.PGSQL.5432\" failed: Permission denied\n"
      "\tIs the server running locally and accepting connections on that socket?"));
  for (const char* text :
       {"Connection refused", "No route to host", "SSL SYSCALL error: EOF detected",
        "SSL connection has been closed unexpectedly", "timeout expired",
        "server closed the connection unexpectedly",
        "FATAL:  57P03: the database system is starting up",
        "FATAL:  53300: sorry, too many clients already", "No such file or directory"}) {
    EXPECT_FALSE(misconfiguration_in(begin + text + "\n")) << text;
  }
}

}  // namespace
}  // namespace vneid::postgres
