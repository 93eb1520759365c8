package com.aiprod.pipeline.system.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.User;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.springframework.boot.test.web.server.LocalServerPort;

/** How the console looks, and for whom it works. */
@ConsoleTest
class ConsoleLooksIT {

    private static final String HOSTILE =
            "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script> ${7*7} {{7*7}} &amp;";

    private static final String EVERY_SCRIPT =
            "كل شيء يبدأ بفكرة صغيرة. 海の夜。 Вода приходит. समुद्र की रात। 🌊👩‍👩‍👧 ทะเล ים בלילה "
                    + "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenfabrikantenhaushaltsgeräteversicherung";

    @LocalServerPort
    private int port;

    private final Browser browser;

    ConsoleLooksIT(Browser browser) {
        this.browser = browser;
    }

    @Test
    void looksRightInEverySizeAndColour() throws Exception {
        String user = browser.signIn("nora");
        browser.awaitText("No videos yet");
        browser.pictures("jobs-none");
        browser.go("submit");
        browser.find(".cards");
        browser.click("Metadata and webhook");
        browser.type("#duration_sec", "99");
        browser.type("#metadata", "{\"campaign\": \"spring\"}");
        browser.click("Make the video");
        browser.find("#duration_sec-fault");
        browser.pictures("submit");

        User api = User.named(port, user);
        String video = submit(api, "The sea at night. The tide comes and goes.", "brand_story", "{}");
        String failed = submit(api, "Buy followers now!!!", "scripted", "{\"script\": \"fail\"}");
        submit(api, EVERY_SCRIPT, "scripted", "{}");
        submit(api, HOSTILE, "scripted", "{}");
        api.await(video, "COMPLETED");
        String running = submit(api, "A job that runs.", "scripted", "{\"script\": \"hang\"}");
        browser.go("jobs");
        browser.awaitText("rehearse 40 %");
        browser.awaitScript("return document.querySelector('job-poster img')?.naturalWidth > 0");
        browser.pictures("jobs");
        browser.go("jobs/" + failed);
        browser.awaitText("CONTENT_UNUSABLE");
        browser.pictures("job-failed");
        browser.go("jobs/" + running);
        browser.awaitText("40 %");
        browser.pictures("job-running");
        browser.go("jobs/" + video);
        browser.awaitScript("return document.querySelector('video')?.readyState >= 2");
        browser.pictures("job");
    }

    @Test
    void worksByKeyboardAlone() {
        browser.signIn("otto");
        browser.awaitText("No videos yet");
        browser.tabTo("a[href='/console/submit'].btn");
        browser.press(Keys.ENTER);
        browser.find(".cards");
        browser.tabTo("#content");
        browser.press(Keys.chord(Keys.CONTROL, "a"), "Typed with keys.");
        browser.tabTo("input[name=preset]");
        for (int i = 0; i < 20 && !browser.<Boolean>script("return document.activeElement.value === 'scripted'"); i++) {
            browser.press(Keys.ARROW_DOWN);
        }
        browser.tabTo("summary");
        browser.press(Keys.ENTER);
        browser.tabTo("#metadata");
        browser.press("{\"script\": \"hang\"}");
        browser.tabTo("form button.pri");
        browser.press(Keys.ENTER);
        browser.awaitText("40 %");
        browser.tabTo("button.danger");
        browser.press(Keys.ENTER);
        browser.find("dialog");
        browser.tabTo("dialog button.danger");
        browser.press(Keys.ENTER);
        browser.awaitText("It stopped before it made a video.");
    }

    @Test
    void showsHostileTextAsText() throws Exception {
        String user = browser.signIn("pia");
        User api = User.named(port, user);
        String metadata = "{\"script\": \"fail with html\", \"<b>bold</b>\": \"</pre><img src=x onerror=alert(1)>\"}";
        String job = submit(api, HOSTILE, "scripted", metadata);
        api.await(job, "FAILED");
        browser.go("jobs");
        browser.awaitText("<img src=x onerror=");
        browser.go("jobs/" + job);
        browser.awaitText("Why it failed");
        assertThat(browser.text()).contains("<script>document.title='hacked'</script>", "</pre><img src=x");
        browser.click("Edit and submit again");
        browser.awaitScript("return document.querySelector('#content')?.value.includes('onerror')");
        assertThat(
                        browser.<Boolean>script(
                                "return document.title !== 'hacked' && !document.querySelector('main script, main img[src=x], main b b')"))
                .isTrue();
    }

    @Test
    void isLight() {
        browser.signIn("quin");
        browser.awaitText("No videos yet");
        browser.caches(false);
        try {
            browser.reload();
            browser.awaitText("No videos yet");
            for (String page : new String[] {"submit", "jobs/01a20f67-2e20-79d4-80f2-f06f0453141b"}) {
                browser.go(page);
                browser.find("h1");
            }
        } finally {
            browser.caches(true);
        }
        Number bytes = browser.script(
                "return performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
                        + ".filter(it => new URL(it.name).pathname.startsWith('/console/')).reduce((sum, it) => sum + it.encodedBodySize, 0)");
        assertThat(bytes.longValue()).as("bytes of the console, compressed").isBetween(20_000L, 100_000L);
    }

    private static String submit(User api, String content, String preset, String metadata) throws Exception {
        String request = "{\"content\":" + User.quoted(content) + ",\"preset\":\"" + preset
                + "\",\"duration_sec\":3,\"metadata\":" + metadata + "}";
        return User.json(api.submit(request)).path("job_id").asText();
    }
}
