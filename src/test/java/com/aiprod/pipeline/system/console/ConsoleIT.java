package com.aiprod.pipeline.system.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a client's developer does in the console. */
@ConsoleTest
class ConsoleIT {

    private final Browser browser;

    ConsoleIT(Browser browser) {
        this.browser = browser;
    }

    @Test
    void newcomerWatchesAVideoAfterTwoClicks() {
        browser.signIn("newcomer");
        browser.click("Make an example");
        browser.find("ol.stages");
        browser.find("video");
        browser.awaitScript("const v = document.querySelector('video'); return v.readyState >= 1 && v.duration > 5");
        // Plays, and plays elsewhere after a jump, without a request for each jump.
        browser.script("const v = document.querySelector('video'); v.muted = true; return v.play().then(() => true)");
        browser.awaitScript("return document.querySelector('video').currentTime > 0.2");
        browser.script("document.querySelector('video').currentTime = 6");
        browser.awaitScript("const v = document.querySelector('video'); return !v.seeking && v.currentTime >= 6");
        browser.script("document.querySelector('track').track.mode = 'hidden'");
        browser.awaitScript("return document.querySelector('track').track.cues?.length > 0");
        assertThat(browser.text()).contains("Completed", "Attempt 1", "in all", "Captions");

        browser.click("Jobs");
        browser.awaitScript("return document.querySelector('job-poster img')?.naturalWidth > 0");
    }

    @Test
    void submitsAndShowsTheFaultsOfTheRequest() {
        browser.signIn("ann");
        browser.go("submit");
        browser.find(".cards");
        assertThat(browser.text()).contains("720 × 1280", "Brand Story", "As curl");
        browser.type("#content", "It's a text.");
        browser.type("#duration_sec", "99");
        browser.type("#lang", "klingon or so");
        browser.click("Metadata and webhook");
        browser.type("#metadata", "{\"script\": ");
        browser.click("Make the video");
        browser.find("#metadata-fault");
        assertThat(browser.find("pre").getText()).contains("It'\\''s a text.");
        browser.type("#metadata", "{\"order\": 12345678901234567890}");
        browser.click("Make the video");
        browser.find("#duration_sec-fault");
        browser.find("#lang-fault");
        browser.awaitScript(
                "return document.activeElement.id === 'duration_sec' || document.activeElement.id === 'lang'");

        browser.type("#duration_sec", "2");
        browser.type("#lang", "pt-BR");
        browser.script("document.querySelector('input[value=scripted]').click()");
        // Two clicks at once are one job.
        browser.script("const b = document.querySelector('form button.pri'); b.click(); b.click()");
        browser.awaitText("Completed");
        browser.awaitText("12345678901234567890");
        browser.go("jobs");
        browser.awaitScript("return document.querySelectorAll('.jobs tbody tr').length === 1");
    }

    @Test
    void cancelsARunningJob() {
        submit("bob", "hang");
        browser.awaitText("rehearse");
        browser.awaitText("40 %");
        browser.click("Cancel");
        browser.click("Cancel the job");
        browser.awaitText("It stopped before it made a video.");
        assertThat(browser.find(".timeline").getText()).contains("Cancelled");
    }

    @Test
    void saysWhyAJobFailedAndSubmitsItAgainEdited() {
        submit("cleo", "fail");
        browser.awaitText("CONTENT_UNUSABLE");
        assertThat(browser.text()).contains("Nothing can be made of this text.", "The same job would fail again");
        browser.click("Edit and submit again");
        browser.awaitScript("return document.querySelector('#metadata')?.value.includes('fail')");
        assertThat(browser.find("#content").getDomProperty("value")).isEqualTo("A text for fail.");
        browser.type("#metadata", "");
        browser.click("Make the video");
        browser.awaitText("Completed");
    }

    @Test
    void sendsAWebhookAgain() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            calls.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        try {
            browser.signIn("dora");
            fillIn("A text.", "{}");
            browser.type(
                    "#callback_url", "http://localhost:" + receiver.getAddress().getPort() + "/hook");
            browser.click("Make the video");
            browser.awaitText("Delivered, 204");
            browser.click("Send again");
            browser.await("a second call", () -> calls.get() == 2);
        } finally {
            receiver.stop(0);
        }
    }

    @Test
    void keepsTheFiltersAndThePageInTheAddress() {
        submit("emil", "fail");
        browser.awaitText("CONTENT_UNUSABLE");
        browser.go("jobs");
        browser.awaitText("Failed: CONTENT_UNUSABLE");
        browser.click("Completed");
        browser.awaitText("No such jobs");
        assertThat(browser.address()).isEqualTo("jobs?status=COMPLETED");
        browser.reload();
        browser.awaitText("No such jobs");
        browser.script("history.back()");
        browser.awaitText("Failed: CONTENT_UNUSABLE");
    }

    @Test
    void usersSeeOnlyTheirOwn() {
        submit("fay", "fail");
        browser.awaitText("CONTENT_UNUSABLE");
        String job = browser.address();
        browser.signIn("gus");
        browser.awaitText("No videos yet");
        browser.go(job);
        browser.awaitText("This account may not see it.");
        assertThat(browser.text()).doesNotContain("CONTENT_UNUSABLE");
        browser.go("letters");
        browser.awaitText("There is no such page");
    }

    /** As a new user, submits a job whose metadata holds the script. */
    private void submit(String user, String script) {
        browser.signIn(user);
        fillIn("A text for " + script + ".", "{\"script\": \"" + script + "\"}");
        browser.click("Make the video");
    }

    private void fillIn(String content, String metadata) {
        browser.go("submit");
        browser.find(".cards");
        browser.type("#content", content);
        browser.script("document.querySelector('input[value=scripted]').click()");
        browser.click("Metadata and webhook");
        browser.type("#metadata", metadata);
    }
}
