package com.aiprod.pipeline.system.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.User;
import java.net.http.HttpRequest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/** How the operators' pages look, whatever is in them. */
@ConsoleTest
class OperatorLooksIT {

    private static final String HOSTILE = "<img src=x onerror=\"document.title='hacked'\"> ${7*7}";

    /** Users have IDs of any characters, and write in every script. */
    private static final String MANY_JOBS = """
            WITH texts AS (
                SELECT * FROM unnest(ARRAY[
                    'The sea at night. The tide comes and goes.', 'كل شيء يبدأ بفكرة صغيرة.', '海の夜。潮が満ちる。',
                    'समुद्र की रात। लहरें आती हैं।', 'ทะเลยามค่ำคืน คลื่นซัดเข้าฝั่ง', 'הים בלילה', 'Море ночью. Вода приходит.',
                    '🌊👩‍👩‍👧 ✨🇪🇺', 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenfabrikantenhaushaltsgeräte',
                    '<img src=x onerror="document.title=''hacked''"><script>document.title=''hacked''</script> ${7*7} {{7*7}}',
                    E'\u202eright to left override \u2066isolate', 'Z̸̢͎̗͊͑a̴̹̔͝l̸̰͑g̵̨̈́ǒ̶̢ t̴e̸x̶t̷'])
                WITH ORDINALITY AS text (content, number)
            ), made AS (
                INSERT INTO jobs (id, user_id, state, content, preset, priority, lang, duration_sec, attempt,
                                  created_at, updated_at, started_at, completed_at)
                SELECT uuid_v7(), CASE n % 5 WHEN 0 THEN '<b>ada</b>@example.com' WHEN 1 THEN repeat('long-name-', 20) ELSE ? END,
                       (CASE n % 4 WHEN 0 THEN 'FAILED' WHEN 1 THEN 'CANCELLED' ELSE 'COMPLETED' END)::job_state,
                       content, 'quick_social', 'low', 'en', 10, 1,
                       now() - make_interval(secs => n * 7), now(), now() - make_interval(secs => n * 6), now()
                FROM generate_series(1, 10000) AS n JOIN texts ON number = 1 + n % 12
                RETURNING id, state, content
            ), failed AS (
                INSERT INTO results (job_id, attempt, success, error_code, error_message, retryable, execution_time_ms)
                SELECT id, 1, false, 'BACKEND_AWAY', 'It failed on: ' || content, true, 1200 FROM made WHERE state = 'FAILED'
            )
            INSERT INTO dead_letters (job_id, attempt, message_id, error_code, reason, error, attempts, route, pipeline, step, file, line, metadata)
            SELECT id, 1, 'made-' || id, 'BACKEND_AWAY', 'It failed.', 'It failed on: ' || content, 4, 'video', 'video', 'call-render',
                   'pipelines/video/video.camel.yaml', 40, json_build_object('data', content, 'attributes', json_build_object('job_id', id))
            FROM made WHERE state = 'FAILED'
            """;

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcTemplate database;

    private final Browser browser;

    private FailedJobs failures;

    OperatorLooksIT(Browser browser) {
        this.browser = browser;
    }

    @BeforeEach
    void prepare() {
        failures = new FailedJobs(database);
    }

    @Test
    void looksRightInEverySizeAndColour() throws Exception {
        User api = User.of(port, "wim");
        List<String> jobs = failures.of(api, 2);
        failures.recode(jobs, "The backend did not answer within 30 s.");
        String running = FailedJobs.submit(api, "{\"script\": \"hang\"}");
        browser.signInAsOperator("olga");
        browser.go("overview");
        browser.awaitText("scripted");
        browser.awaitScript("return document.querySelectorAll('line-chart canvas').length === 4");
        browser.pictures("overview");
        browser.go("all-jobs");
        browser.find("table.all-jobs");
        browser.pictures("all-jobs");
        browser.go("all-jobs/" + jobs.get(0));
        browser.awaitText("Why it failed");
        browser.pictures("any-job");
        browser.go("letters");
        browser.find("table.letters");
        browser.pictures("letters");
        browser.find("td.why a").click();
        browser.find("td.pick");
        browser.pictures("letter-group");
        browser.go("letters/" + failures.letterOf(jobs.get(0)));
        browser.awaitText("The original message");
        browser.pictures("letter");
        browser.go("pipelines");
        browser.find(".cards-list");
        browser.pictures("pipelines");
        browser.go("pipelines/video");
        browser.find(".flow svg");
        browser.click("As an outline");
        browser.pictures("pipeline");
        User.send(api.request("/pipeline/job/" + running + "/cancel").POST(HttpRequest.BodyPublishers.noBody()));
    }

    /** And with texts of every script, and hostile ones. */
    @Test
    void looksRightWithTenThousandJobs() {
        String user = browser.signInAsOperator("xena");
        database.update(MANY_JOBS, user);
        try {
            browser.go("jobs");
            browser.awaitText("Older");
            browser.pictures("jobs-10000");
            browser.go("all-jobs");
            browser.awaitText("Older");
            browser.pictures("all-jobs-10000");
            browser.go("letters?error_code=BACKEND_AWAY");
            browser.awaitText("Redrive");
            browser.pictures("letters-10000");
            browser.find("td.why a").click();
            browser.awaitText("Redrive all");
            browser.pictures("letter-group-10000");
            browser.go("overview");
            browser.awaitScript("return /2,5\\d\\d/.test(document.body.innerText)");
            browser.pictures("overview-10000");
            assertThat(browser.<Boolean>script(
                            "return !document.title.includes('hacked') && !document.querySelector('main img[src=x]')"))
                    .isTrue();
        } finally {
            database.update(
                    "DELETE FROM jobs WHERE id IN (SELECT job_id FROM dead_letters WHERE error_code = 'BACKEND_AWAY')");
            database.update(
                    "DELETE FROM jobs WHERE user_id = ? OR user_id LIKE 'long-name-%' OR user_id LIKE '<b>%'", user);
        }
    }

    @Test
    void showsHostileErrorsAsText() throws Exception {
        String job = failures.of(User.of(port, "uma"), 1).get(0);
        String code = failures.recode(List.of(job), HOSTILE);
        browser.signInAsOperator("olga");
        for (String page : new String[] {"letters?error_code=" + code, "letters/" + failures.letterOf(job)}) {
            browser.go(page);
            browser.awaitText("<img src=x onerror=");
        }
        assertThat(browser.<Boolean>script(
                        "return !document.title.includes('hacked') && !document.querySelector('main img[src=x]')"))
                .isTrue();
    }
}
