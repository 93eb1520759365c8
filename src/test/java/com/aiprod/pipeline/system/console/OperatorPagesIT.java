package com.aiprod.pipeline.system.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.User;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/** What an operator does in the console. */
@ConsoleTest
class OperatorPagesIT {

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcTemplate database;

    private final Browser browser;

    private FailedJobs failures;

    OperatorPagesIT(Browser browser) {
        this.browser = browser;
    }

    @BeforeEach
    void prepare() {
        failures = new FailedJobs(database);
    }

    @Test
    void redrivesAGroup() throws Exception {
        User api = User.of(port, "rita");
        List<String> jobs = failures.of(api, 3);
        String code = failures.recode(jobs, "It broke.");
        browser.signInAsOperator("olga");
        browser.go("letters?error_code=" + code);
        browser.click("Redrive 3");
        assertThat(browser.find("dialog").getText())
                .contains("Redrive 3 dead letters?", code, "Fails again until the cause is mended.");
        browser.assertAccessible();
        browser.find("dialog button.pri").click();
        browser.awaitText("3 dead letters redriven.");
        browser.awaitText("No such dead letters");
        for (String job : jobs) {
            assertThat(api.await(job, "COMPLETED").path("attempt").asInt()).isEqualTo(2);
        }
    }

    @Test
    void discardsSomeOfAGroupAndRedrivesOne() throws Exception {
        User api = User.of(port, "sam");
        List<String> jobs = failures.of(api, 3);
        String code = failures.recode(jobs, "It broke.");
        browser.signInAsOperator("olga");
        browser.go("letters?error_code=" + code);
        browser.find("td.why a").click();
        browser.awaitText("Redrive all 3");
        browser.find("tbody input[type=checkbox]").click();
        browser.click("Discard 1");
        browser.find("dialog button.danger").click();
        browser.awaitText("1 dead letter discarded.");
        browser.awaitText("Redrive all 2");
        browser.find("td.why a").click();
        browser.awaitText("The original message");
        assertThat(browser.text()).contains("scripted.camel.yaml:", "A tide comes in.");
        browser.click("Redrive");
        browser.find("dialog button.pri").click();
        browser.awaitText("The job is queued again.");
        browser.awaitText("Redriven");
        assertThat(database.queryForObject(
                        "SELECT count(*) FROM dead_letters WHERE error_code = ? AND discarded_by LIKE 'olga%'",
                        Integer.class, code))
                .isOne();
    }

    @Test
    void showsWhereAPipelineWasRefused() {
        refuse();
        try {
            browser.signInAsOperator("olga");
            browser.go("overview");
            browser.awaitText("Pipeline echo: the new files were refused, echo.camel.yaml:3.");
            browser.go("pipelines");
            browser.awaitText("echo.camel.yaml:3");
            browser.go("pipelines/echo");
            browser.awaitText("There is no bean 'ecko'");
            browser.awaitText("description: A changed description.");
            browser.click("What has changed");
            browser.find(".line.new");
            assertThat(browser.text()).contains("You see revision 00000000ec40, which is not live.");
            assertThat(browser.find(".line.new").getText()).contains("+", "description: A changed description.");
            browser.pictures("pipeline-refused");
        } finally {
            database.update("UPDATE pipelines SET refused_revision = NULL, refused_at = NULL WHERE name = 'echo'");
        }
    }

    @Test
    void goesBackToAnEarlierRevision() {
        String live = database.queryForObject("SELECT live_revision FROM pipelines WHERE name = 'echo'", String.class);
        revision("00000000ec41", null);
        browser.signInAsOperator("olga");
        browser.go("pipelines/echo");
        browser.await("the way back", () -> {
            browser.find("button[aria-label='Go back to 00000000ec41']").click();
            return true;
        });
        browser.find("dialog button.pri").click();
        browser.awaitText("00000000ec41 is live.");
        browser.find("button[aria-label='Go back to " + live + "']").click();
        browser.find("dialog button.pri").click();
        browser.awaitText(live + " is live.");
    }

    @Test
    void findsAnyJob() throws Exception {
        User api = User.of(port, "tom");
        String job = failures.of(api, 1).get(0);
        browser.signInAsOperator("olga");
        browser.go("all-jobs");
        browser.click("Search");
        browser.type("#f-user", api.id());
        browser.find("form button.pri").click();
        browser.await("only this user's jobs", () -> browser.address().contains("user=" + api.id()));
        browser.find("td.what a").click();
        browser.awaitText("Why it failed");
        assertThat(browser.address()).isEqualTo("all-jobs/" + job);
        browser.awaitText("To its dead letter");
        assertThat(browser.text()).contains(api.id());
        browser.go("all-jobs?preset=XX");
        browser.awaitText("must be a lower-case letter");
        browser.assertAccessible();
    }

    @Test
    void watchesTheVideoOfAnyUser() throws Exception {
        User api = User.of(port, "theo");
        String job = User.json(api.submit("{\"content\":\"The sea.\",\"duration_sec\":1}"))
                .path("job_id")
                .asText();
        api.await(job, "COMPLETED");
        String file = "/admin/jobs/" + job + "/artifacts/poster.png";
        assertThat(User.problem(api.get(file), 403).path("title").asText()).isNotEmpty();
        assertThat(User.problem(User.admin(port, "root").get(file + "x"), 404)
                        .path("detail")
                        .asText())
                .isEqualTo("The job has no such artifact.");
        assertThat(User.download(User.admin(port, "root").request(file)).body())
                .isEqualTo(User.download(api.request(file.replace("/admin/jobs", "/pipeline/job")))
                        .body());

        browser.signInAsOperator("olga");
        browser.go("all-jobs/" + job);
        browser.awaitText("The audit log records that you watch it.");
        browser.click("Watch the video");
        browser.awaitScript("return document.querySelector('video')?.readyState >= 1");
    }

    /** From the list to the end, with nothing but the keyboard. */
    @Test
    void redrivesAGroupByKeyboardAlone() throws Exception {
        User api = User.of(port, "yan");
        List<String> jobs = failures.of(api, 2);
        String code = failures.recode(jobs, "It broke.");
        browser.signInAsOperator("olga");
        browser.go("letters?error_code=" + code);
        browser.find("tbody button");
        browser.tabTo("td.why a");
        browser.press(Keys.ENTER);
        browser.find("td.pick");
        browser.tabTo("tbody input[type=checkbox]");
        browser.press(Keys.SPACE);
        browser.awaitText("1 chosen");
        browser.press(Keys.SPACE);
        browser.awaitText("Redrive all 2");
        browser.tabTo("button.pri");
        browser.press(Keys.ENTER);
        browser.find("dialog");
        browser.tabTo("dialog button.pri");
        browser.press(Keys.ENTER);
        browser.awaitText("2 dead letters redriven.");
        browser.awaitText("Nothing is left");
        for (String job : jobs) {
            api.await(job, "COMPLETED");
        }
    }

    @Test
    void hidesWhatOperatorsSeeFromOthers() {
        browser.signIn("vera");
        for (String page : new String[] {"overview", "all-jobs", "letters", "pipelines/echo"}) {
            browser.go(page);
            browser.awaitText("There is no such page");
        }
        assertThat(browser.text()).doesNotContain("Dead letters");
    }

    private void refuse() {
        revision("00000000ec40", """
                [{"file": "routes/pipelines/echo/echo.camel.yaml", "line": 3, "step": "leave-job",
                  "message": "There is no bean 'ecko'. Did you mean 'echo'?"}]""");
        database.update(
                "UPDATE pipelines SET refused_revision = '00000000ec40', refused_at = now() WHERE name = 'echo'");
    }

    /** Stores the live files of echo with another description as another revision. */
    private void revision(String id, String faults) {
        database.update("""
                INSERT INTO pipeline_revisions (pipeline, revision, files, presets, faults)
                SELECT pipeline, ?, cast(regexp_replace(cast(files AS text), 'description: [^\\\\]+',
                                                        'description: A changed description.') AS json), presets, cast(? AS json)
                FROM pipeline_revisions JOIN pipelines ON name = pipeline AND live_revision = revision
                WHERE pipeline = 'echo'
                ON CONFLICT DO NOTHING
                """, id, faults);
    }
}
