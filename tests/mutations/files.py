"""Breakages of landed files, raw rows, releases, and of what people are told of failures."""

from tests.mutations.seen import SeenBreakage

LANDING = "tests/ingest/test_landing.py"
LOSSES = "tests/orchestration/test_losses.py"
REMOVED = "tests/erasure/test_releases.py"
READING = "tests/publish/test_reading.py"
ALERTS = "tests/orchestration/test_alerts.py"
FAILING = "tests/orchestration/test_failing_rows.py"

FILE_BREAKAGES = (
    SeenBreakage(
        rule="a file is known by its first mebibyte only",
        file="customer_status/ingest/hashing.py",
        text='return hashlib.file_digest(file, "sha256").hexdigest()',
        replacement="return hashlib.sha256(file.read(1 << 20)).hexdigest()",
        seen_by=f"{LANDING}::test_an_export_that_grows_is_another_file",
    ),
    SeenBreakage(
        rule="a file rewritten with its size, inode and modification time is taken for the old one",
        file="customer_status/ingest/hashing.py",
        text="state.st_mtime_ns, state.st_ctime_ns]",
        replacement="state.st_mtime_ns]",
        seen_by=f"{LANDING}::test_a_file_rewritten_with_its_size_inode_and_time_is_another",
    ),
    SeenBreakage(
        rule="a file rewritten in silence while it is read passes for unchanged",
        file="customer_status/ingest/landing.py",
        text="now == self.signature or hash_of(self.path) == self.content_id",
        replacement="True",
        seen_by=f"{LANDING}::test_a_file_rewritten_in_silence_after_it_was_hashed_has_changed",
    ),
    SeenBreakage(
        rule="a linked folder of files is not followed",
        file="customer_status/ingest/landing.py",
        text="followlinks=True",
        replacement="followlinks=False",
        seen_by=f"{LANDING}::test_linked_folders_and_files_are_followed",
    ),
    SeenBreakage(
        rule="lost raw rows are not looked for as a feed is taken in",
        file="orchestration/defs/raw/assets.py",
        text="refuse_losses(feed, files, world=run.world)",
        replacement="pass",
        seen_by=(
            "tests/orchestration/test_partial_runs.py"
            "::test_a_feed_whose_rows_are_lost_takes_nothing_in"
        ),
    ),
    SeenBreakage(
        rule="load records count only if a release names their files",
        file="orchestration/losses.py",
        text="told |= {receipt.file_id: receipt.file_name for receipt in receipts}",
        replacement="pass",
        seen_by=(
            f"{LOSSES}::test_rows_taken_in_by_a_run_that_published_nothing_are_not_lost_in_silence"
        ),
    ),
    SeenBreakage(
        rule="a Parquet file that lost its end counts as whole",
        file="customer_status/ingest/ledger.py",
        text="return file.read() == PARQUET_END",
        replacement="return True",
        seen_by=f"{LOSSES}::test_raw_that_is_not_whole_is_seen",
    ),
    SeenBreakage(
        rule="a run with cut raw rows says that nothing is new",
        file="orchestration/headless.py",
        text="landed <= accepted and is_whole(options.world)",
        replacement="landed <= accepted",
        seen_by=f"{LOSSES}::test_a_run_that_finds_raw_cut_does_not_say_that_nothing_is_new",
    ),
)

RELEASE_BREAKAGES = (
    SeenBreakage(
        rule="releases that name erased people stay if the next run has nothing to do",
        file="orchestration/headless.py",
        text="remove_stale_releases(world)  # a run may have died after it published",
        replacement="pass",
        seen_by=(
            f"{REMOVED}::test_after_a_death_between_publishing_and_removing_a_run_without_news_"
            "removes_them"
        ),
    ),
    SeenBreakage(
        rule="a release that a run had hidden and not removed stays",
        file="customer_status/publish/publish.py",
        text="remove_leftovers(world) current = world.current.resolve()",
        replacement="current = world.current.resolve()",
        seen_by=f"{REMOVED}::test_what_a_run_that_died_had_hidden_and_not_removed_goes",
    ),
    SeenBreakage(
        rule="a release is not sealed when it gets its name",
        file="customer_status/publish/publish.py",
        text="_seal(unfinished, mode) return unfinished",
        replacement="return unfinished",
        seen_by="tests/publish/test_publish.py::test_a_release_is_sealed_before_it_has_its_name",
    ),
    SeenBreakage(
        rule="a locked release cannot be read by a run",
        file="customer_status/publish/reading.py",
        text="""if LOCKED not in str(error):
                raise
        else:""",
        replacement="raise\n        else:",
        seen_by=(f"{READING}::test_a_whole_publish_goes_on_while_the_current_release_is_held"),
    ),
    SeenBreakage(
        rule="a foreign log beside a release counts as published",
        file="customer_status/publish/reading.py",
        text="if not _log_of(mart).exists():",
        replacement="if True:",
        seen_by=f"{READING}::test_what_a_holder_writes_is_not_what_was_published",
    ),
)

OPERATOR_BREAKAGES = (
    SeenBreakage(
        rule="failing rows show every column",
        file="orchestration/failing_rows.py",
        text="if _is_shown(name, str(kind))",
        replacement="if True",
        seen_by=f"{FAILING}::test_nothing_personal_is_shown_or_kept",
    ),
    SeenBreakage(
        rule="failing rows show e-mail addresses in columns that are known",
        file="orchestration/failing_rows.py",
        text="text = masked(str(value)).encode",
        replacement="text = str(value).encode",
        seen_by=f"{FAILING}::test_nothing_personal_is_shown_or_kept",
    ),
    SeenBreakage(
        rule="records that outlive an erasure hold whole customer keys",
        file="orchestration/failing_rows.py",
        text='f"{name}={value}" for name, value in in_short(row).items()',
        replacement='f"{name}={value}" for name, value in row.items()',
        seen_by=f"{FAILING}::test_customer_keys_are_cut_short_where_records_stay",
    ),
    SeenBreakage(
        rule="failing rows of before an erasure stay",
        file="customer_status/erasure/run.py",
        text="shutil.rmtree(world.failing_rows, ignore_errors=True)",
        replacement="pass",
        seen_by=(
            "tests/erasure/test_forgetting.py"
            "::test_a_request_takes_along_all_that_is_known_to_be_the_persons"
        ),
    ),
    SeenBreakage(
        rule="an alert follows redirects",
        file="orchestration/alerts.py",
        text="urllib.request.build_opener(_NoRedirects)",
        replacement="urllib.request.build_opener()",
        seen_by=f"{ALERTS}::test_a_redirect_is_not_followed",
    ),
    SeenBreakage(
        rule="an alert goes to any scheme",
        file="orchestration/alerts.py",
        text="if parts.scheme.lower() not in SCHEMES or not parts.hostname:",
        replacement="if False:",
        seen_by=f"{ALERTS}::test_an_address_that_is_none_is_one_warning",
    ),
    SeenBreakage(
        rule="a failure of the command line is told twice",
        file="orchestration/defs/alerts/sensor.py",
        text="if is_from_command_line(run) or not alerts.is_wanted():",
        replacement="if not alerts.is_wanted():",
        seen_by=(
            f"{ALERTS}::test_a_run_from_the_command_line_alerts_once_and_not_through_the_sensor"
        ),
    ),
)
