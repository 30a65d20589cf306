#include "common/base/subprocess.h"

#include <gmock/gmock.h>

#include <chrono>

namespace crossfade {
namespace {

using How = SubprocessEnd::How;

SubprocessOptions shell(const std::string& script) {
  SubprocessOptions options;
  options.arguments = {"/bin/sh", "-c", script};
  options.limit = Milliseconds(10'000);
  return options;
}

TEST(SubprocessTest, ItsOutputAndItsCode) {
  const SubprocessEnd good = run_subprocess(shell("echo one; echo two >&2; cat"));
  EXPECT_TRUE(good.good());
  EXPECT_EQ(good.output, "one\n");
  const SubprocessEnd bad = run_subprocess(shell("echo no; exit 7"));
  EXPECT_FALSE(bad.good());
  EXPECT_EQ(bad.how, How::exited);
  EXPECT_EQ(bad.code, 7);
  EXPECT_EQ(bad.output, "no\n");
}

TEST(SubprocessTest, ErrorsCountAsOutputWhenAskedFor) {
  SubprocessOptions options = shell("echo one; echo two >&2");
  options.with_errors = true;
  EXPECT_EQ(run_subprocess(options).output, "one\ntwo\n");
}

TEST(SubprocessTest, VariablesAreAddedAndReplaceThoseOfThisProcess) {
  ::setenv("CROSSFADE_TEST_OLD", "old", 1);
  ::setenv("CROSSFADE_TEST_KEPT", "kept", 1);
  SubprocessOptions options =
      shell("echo $CROSSFADE_TEST_OLD $CROSSFADE_TEST_KEPT $CROSSFADE_TEST_NEW");
  options.variables = {{"CROSSFADE_TEST_OLD", "new"}, {"CROSSFADE_TEST_NEW", "a b"}};
  EXPECT_EQ(run_subprocess(options).output, "new kept a b\n");
}

TEST(SubprocessTest, IsKilledWithItsChildrenWhenItTakesTooLong) {
  SubprocessOptions options = shell("echo begun; sleep 60 & sleep 60");
  options.limit = Milliseconds(200);
  const auto begun = std::chrono::steady_clock::now();
  const SubprocessEnd end = run_subprocess(options);
  EXPECT_EQ(end.how, How::took_too_long);
  EXPECT_EQ(end.output, "begun\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
}

TEST(SubprocessTest, IsKilledWhenItHasClosedItsOutputAndGoesOn) {
  SubprocessOptions options = shell("exec >&-; exec sleep 60");
  options.limit = Milliseconds(200);
  EXPECT_EQ(run_subprocess(options).how, How::signalled);
}

TEST(SubprocessTest, IsKilledWhenItWritesTooMuch) {
  SubprocessOptions options = shell("yes");
  options.most_output = 1'000;
  const SubprocessEnd end = run_subprocess(options);
  EXPECT_EQ(end.how, How::wrote_too_much);
  EXPECT_EQ(end.output.size(), 1'000U);
}

TEST(SubprocessTest, WhatCannotBeStarted) {
  SubprocessOptions options;
  options.arguments = {"/nowhere/at/all"};
  EXPECT_EQ(run_subprocess(options).how, How::could_not_start);
}

}  // namespace
}  // namespace crossfade
