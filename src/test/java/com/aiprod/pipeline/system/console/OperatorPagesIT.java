package com.aiprod.pipeline.system.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.User;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/** What an operator does in the console. */
@ConsoleTest
class OperatorPagesIT {

    private static final String HOSTILE = "<img src=x onerror=\"document.title='hacked'\"> ${7*7}";

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcTemplate database;

    private Browser browser;

    @BeforeAll
    void start() {
        browser = Browser.start(port);
    }

    @AfterEach
    void pageHasNoFaults() {
        assertThat(browser.faults()).isEmpty();
    }

    @AfterAll
    void close() {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void redrivesAGroup() throws Exception {
        User api = User.of(port, "rita");
        List<String> jobs = failed(api, 3);
        String code = recoded(jobs, "It broke.");
        browser.signInAsOperator("olga");
        browser.go("letters?error_code=" + code);
        browser.click("Redrive 3");
        assertThat(browser.find("dialog").getText()).contains("Redrive 3 dead letters?", code);
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
        List<String> jobs = failed(api, 3);
        String code = recoded(jobs, "It broke.");
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
            pictures("pipeline-refused");
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
        String job = failed(api, 1).get(0);
        browser.signInAsOperator("olga");
        browser.go("all-jobs");
        browser.click("Search");
        browser.type("#f-user", api.id());
        browser.find("form button.pri").click();
        browser.await("only this user's jobs", () -> browser.address().contains("user=" + api.id()));
        browser.find("td.text a").click();
        browser.awaitText("Why it failed");
        assertThat(browser.address()).isEqualTo("all-jobs/" + job);
        browser.awaitText("To its dead letter");
        assertThat(browser.text()).contains(api.id());
        browser.go("all-jobs?preset=XX");
        browser.awaitText("must be a lower-case letter");
        browser.assertAccessible();
    }

    @Test
    void showsHostileErrorsAsText() throws Exception {
        String job = failed(User.of(port, "uma"), 1).get(0);
        String code = recoded(List.of(job), HOSTILE);
        browser.signInAsOperator("olga");
        for (String page : new String[] {"letters?error_code=" + code, "letters/" + letterOf(job)}) {
            browser.go(page);
            browser.awaitText("<img src=x onerror=");
        }
        assertThat(browser.<Boolean>script(
                        "return !document.title.includes('hacked') && !document.querySelector('main img[src=x]')"))
                .isTrue();
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

    @Test
    void looksRightInEverySizeAndColour() throws Exception {
        User api = User.of(port, "wim");
        List<String> jobs = failed(api, 2);
        recoded(jobs, "The backend did not answer within 30 s.");
        String running = submit(api, "{\"script\": \"hang\"}");
        browser.signInAsOperator("olga");
        browser.go("overview");
        browser.awaitText("scripted");
        browser.awaitScript("return document.querySelectorAll('line-chart canvas').length === 4");
        pictures("overview");
        browser.go("all-jobs");
        browser.find("table.all-jobs");
        pictures("all-jobs");
        browser.go("all-jobs/" + jobs.get(0));
        browser.awaitText("Why it failed");
        pictures("any-job");
        browser.go("letters");
        browser.find("table.letters");
        pictures("letters");
        browser.find("td.why a").click();
        browser.find("td.pick");
        pictures("letter-group");
        browser.go("letters/" + letterOf(jobs.get(0)));
        browser.awaitText("The original message");
        pictures("letter");
        browser.go("pipelines");
        browser.find(".cards-list");
        pictures("pipelines");
        browser.go("pipelines/video");
        browser.find(".flow svg");
        browser.click("As an outline");
        pictures("pipeline");
        User.send(api.request("/pipeline/job/" + running + "/cancel").POST(HttpRequest.BodyPublishers.noBody()));
    }

    /** Keeps pictures in every size, and checks the page in both colours. */
    private void pictures(String name) {
        for (boolean dark : new boolean[] {false, true}) {
            for (int width : new int[] {360, 1024, 1600}) {
                browser.screenshot(name, width, dark);
            }
            browser.looks(1024, 800, dark);
            browser.assertAccessible();
        }
        browser.looks(1024, 800, false);
    }

    private List<String> failed(User api, int count) throws Exception {
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jobs.add(submit(api, "{\"script\": \"fail\"}"));
        }
        for (String job : jobs) {
            api.await(job, "FAILED");
            letterOf(job);
        }
        return jobs;
    }

    private static String submit(User api, String metadata) throws Exception {
        String request = "{\"content\":\"A tide comes in.\",\"preset\":\"scripted\",\"metadata\":" + metadata + "}";
        return User.json(api.submit(request)).path("job_id").asText();
    }

    private String letterOf(String job) {
        return Awaitility.await()
                .until(
                        () -> database.queryForList(
                                "SELECT cast(id AS text) FROM dead_letters WHERE job_id = cast(? AS uuid)"
                                        + " AND message_id NOT LIKE 'result:%'",
                                String.class, job),
                        ids -> ids.size() == 1)
                .get(0);
    }

    /** Gives the dead letters of these jobs a code of their own, and removes the cause of their failure. */
    private String recoded(List<String> jobs, String error) {
        String code = "CODE_" + UUID.randomUUID().toString().substring(0, 8).toUpperCase(Locale.ROOT);
        for (String job : jobs) {
            database.update("UPDATE jobs SET metadata = '{}' WHERE id = cast(? AS uuid)", job);
            database.update(
                    "UPDATE dead_letters SET error_code = ?, error = ? WHERE job_id = cast(? AS uuid)",
                    code,
                    error,
                    job);
        }
        return code;
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
