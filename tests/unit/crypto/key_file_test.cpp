#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "crypto/key_ring.hpp"

namespace vneid::crypto {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string key_bytes(char first, std::size_t length = 32) {
  std::string bytes;
  for (std::size_t i = 0; i < length; ++i) bytes += static_cast<char>(first + static_cast<char>(i));
  return bytes;
}

const std::string key_a = base64_encode(key_bytes(1));
const std::string key_b = base64_encode(key_bytes(40));
const std::string key_c = base64_encode(key_bytes(80));
const std::string good = "seal a " + key_a + "\nlookup l " + key_c + "\n";

std::string error_of(const std::string& text) {
  const auto parsed = KeyRing::parse(text, "keys");
  return parsed ? "no error" : parsed.error();
}

TEST(KeyFile, TakesCommentsBlanksAndWindowsLineEnds) {
  EXPECT_EQ(error_of("\n  # note\r\n\t\n  seal\ta   " + key_a + "  \r\nseal b " + key_b +
                     "\r\n\r\nlookup l " + key_c),
            "no error");
}

struct Case {
  const char* what;
  std::string text;
  const char* error;
};

TEST(KeyFile, NamesLineAndCause) {
  const std::string short_key = base64_encode(key_bytes(1, 31));
  const std::string long_key = base64_encode(key_bytes(1, 33));
  std::string not_canonical = key_a;
  not_canonical[42] = static_cast<char>(not_canonical[42] + 1);
  const Case cases[] = {
      {"empty", "", "keys: holds no keys"},
      {"comments only", "# nothing\n\n", "keys: holds no keys"},
      {"no seal key", "lookup l " + key_c + "\n", "keys: holds no seal key"},
      {"no lookup key", "seal a " + key_a + "\n", "keys: holds no lookup key"},
      {"two lookup keys", good + "lookup m " + key_b + "\n",
       "keys line 3: a second lookup key, the first is in line 2; look-up values would no longer "
       "match what is stored"},
      {"id twice", good + "seal a " + key_b + "\n", "keys line 3: the id is the one of line 1"},
      {"id of the lookup key", good + "seal l " + key_b + "\n",
       "keys line 3: the id is the one of line 2"},
      {"key twice", good + "seal b " + key_a + "\n", "keys line 3: the key is the one of line 1"},
      {"seal key for look-ups", "seal a " + key_a + "\nlookup l " + key_a + "\n",
       "keys line 2: the key is the one of line 1"},
      {"not base64", "seal a !" + key_a.substr(1) + "\n", "keys line 1: the key is not base64"},
      {"cut base64", "seal a " + key_a.substr(0, 43) + "\n", "keys line 1: the key is not base64"},
      {"not canonical", "seal a " + not_canonical + "\n", "keys line 1: the key is not base64"},
      {"base64url", "seal a " + std::string(42, '-') + "8=\n",
       "keys line 1: the key is not base64"},
      {"too short", "\nseal a " + short_key + "\n",
       "keys line 2: the key has 31 bytes instead of 32"},
      {"too long", "seal a " + long_key + "\n", "keys line 1: the key has 33 bytes instead of 32"},
      {"zeros", "seal a " + base64_encode(std::string(32, '\0')) + "\n",
       "keys line 1: the key is not random: all its bytes are equal"},
      {"unknown word", good + "sign s " + key_b + "\n",
       "keys line 3: begins with neither \"seal\" nor \"lookup\""},
      {"id missing", "seal " + key_a + "\n",
       "keys line 1: needs an id and a key after the first word"},
      {"one word", "seal\n", "keys line 1: needs an id and a key after the first word"},
      {"something after", "seal a " + key_a + " # mine\n",
       "keys line 1: has something after the key"},
      {"bad id", "seal a.b " + key_a + "\n",
       "keys line 1: the id is not 1 to 32 characters of A-Z a-z 0-9 _ -"},
      {"long id", "seal " + std::string(33, 'i') + " " + key_a + "\n",
       "keys line 1: the id is not 1 to 32 characters of A-Z a-z 0-9 _ -"},
      {"binary", std::string("\0\x01\xff\xfe", 4),
       "keys line 1: begins with neither \"seal\" nor \"lookup\""},
  };
  for (const Case& row : cases) EXPECT_EQ(error_of(row.text), row.error) << row.what;
  EXPECT_EQ(error_of("seal " + std::string(32, 'i') + " " + key_a + "\nlookup l " + key_c),
            "no error");
}

TEST(KeyFile, NeverRepeatsKeyMaterial) {
  // The key stands in every place where a word can be wrong.
  for (const std::string& text :
       {key_a + "\n", key_a + " a seal\n", "seal " + key_a + " a\n",
        "seal a " + key_a + key_a + "\n", "seal a " + key_b + " " + key_a + "\n",
        good + "seal a " + key_a + "\n", good + "lookup l2 " + key_b + "\n"}) {
    const std::string error = error_of(text);
    EXPECT_NE(error, "no error");
    for (const std::string& key : {key_a, key_b, key_c}) {
      EXPECT_THAT(error, Not(HasSubstr(key.substr(0, 8))));
    }
  }
}

class KeyFileOnDisk : public ::testing::Test {
 protected:
  KeyFileOnDisk() {
    std::string pattern = (std::filesystem::temp_directory_path() / "vneid-keys-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    path_ = folder_ / "keys";
  }
  ~KeyFileOnDisk() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& text, mode_t mode = 0600) const {
    std::ofstream(path_, std::ios::binary) << text;
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
  }

  std::string error() const {
    const auto loaded = KeyRing::load(path_);
    return loaded ? "no error" : loaded.error();
  }

  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(KeyFileOnDisk, LoadsWhatOnlyTheOwnerReads) {
  write(good);
  EXPECT_EQ(error(), "no error");
  for (const mode_t mode : {0400U, 0440U, 0640U}) {
    write(good, mode);
    EXPECT_EQ(error(), "no error") << std::oct << mode;
  }
  // Secrets are often mounted as links.
  std::filesystem::rename(path_, folder_ / "real");
  std::filesystem::create_symlink("real", path_);
  EXPECT_EQ(error(), "no error");
}

TEST_F(KeyFileOnDisk, RefusesWhatOthersCanUse) {
  for (const mode_t mode : {0604U, 0620U, 0660U, 0602U, 0610U, 0601U, 0644U, 0777U}) {
    write(good, mode);
    EXPECT_THAT(error(), HasSubstr("run: chmod 640 " + path_.string())) << std::oct << mode;
  }
  write(good, 0644);
  EXPECT_THAT(error(), HasSubstr("(mode 0644)"));
}

TEST_F(KeyFileOnDisk, TellsThatItIsMissing) {
  EXPECT_EQ(error(), path_.string() + ": No such file or directory");
}

TEST_F(KeyFileOnDisk, RefusesAnEmptyFile) {
  write("");
  EXPECT_EQ(error(), path_.string() + ": is empty");
}

TEST_F(KeyFileOnDisk, RefusesAHugeFile) {
  write(good + std::string(64 << 10, '#'));
  EXPECT_EQ(error(), path_.string() + ": is larger than 64 KiB");
  write(good + std::string((64 << 10) - good.size(), '#'));
  EXPECT_EQ(error(), "no error") << "exactly 64 KiB";
}

TEST_F(KeyFileOnDisk, RefusesWhatIsNoFile) {
  std::filesystem::create_directory(path_);
  EXPECT_EQ(error(), path_.string() + ": is not a regular file");
  std::filesystem::remove(path_);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(error(), path_.string() + ": is not a regular file")
      << "and does not wait for a writer";
}

TEST_F(KeyFileOnDisk, TellsThatItIsUnreadable) {
  if (geteuid() == 0) {
    // Root reads everything; a child process without its rights does not.
    write(good, 0600);
    EXPECT_EXIT(
        {
          if (chmod(folder_.c_str(), 0755) != 0 || setuid(65534) != 0) std::_Exit(2);
          std::_Exit(error() == path_.string() + ": Permission denied" ? 0 : 1);
        },
        ::testing::ExitedWithCode(0), "");
    return;
  }
  write(good, 0);
  EXPECT_EQ(error(), path_.string() + ": Permission denied");
}

TEST_F(KeyFileOnDisk, NamesTheFileInParseErrors) {
  write("seal a x\n");
  EXPECT_EQ(error(), path_.string() + " line 1: the key is not base64");
}

}  // namespace
}  // namespace vneid::crypto
