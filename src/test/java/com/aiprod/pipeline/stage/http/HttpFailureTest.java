package com.aiprod.pipeline.stage.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.stage.TransientStageException;
import java.util.Map;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpFailureTest {

    @ParameterizedTest
    @CsvSource({
        "http://host/files/a@b, http://host/files/a@b",
        "http://host/a?sig=s3cr3t&x=a@b, http://host/a?***",
        "https://s3cr3t@host:81/a, https://host:81/a",
        "https://me:s3cr3t@host/a?sig=s3cr3t#x, https://host/a?***",
        "/a?sig=s3cr3t, /a?***"
    })
    void hidesUserInformationAndQuery(String address, String shown) {
        Exception failure = HttpFailure.redacted(failed(address, null));
        assertThat(failure).hasMessage("HTTP operation failed invoking " + shown + " with statusCode: 403");
        assertThat(((HttpOperationFailedException) failure).getUri()).isEqualTo(shown);
    }

    @Test
    void hidesTheQueryOfARedirect() {
        assertThat(HttpFailure.redacted(failed("http://host/a", "http://other/b?sig=s3cr3t")))
                .hasMessageEndingWith("redirectLocation: http://other/b?***");
    }

    @Test
    void keepsWhatTheServiceAnswered() {
        HttpOperationFailedException failed = failed("http://host/a?sig=s3cr3t", null);
        HttpOperationFailedException redacted = (HttpOperationFailedException) HttpFailure.redacted(failed);
        assertThat(redacted.getStatusCode()).isEqualTo(403);
        assertThat(redacted.getStatusText()).isEqualTo("Forbidden");
        assertThat(redacted.getResponseBody()).isEqualTo("no");
        assertThat(redacted.getStackTrace()).isEqualTo(failed.getStackTrace());
    }

    @Test
    void dropsWhatQuotesTheCall() {
        Exception wrapped = new RuntimeCamelException(failed("http://host/a?sig=s3cr3t", null));
        assertThat(wrapped.toString()).contains("s3cr3t");
        assertThat(HttpFailure.redacted(wrapped).toString()).doesNotContain("s3cr3t");
    }

    @Test
    void leavesOtherExceptions() {
        Exception busy = new TransientStageException("BACKEND_BUSY", "Busy.", failed("http://host/a?sig=s3cr3t", null));
        assertThat(HttpFailure.redacted(busy)).isSameAs(busy);
        Exception bug = new IllegalStateException("http://host/a?b=c");
        assertThat(HttpFailure.redacted(bug)).isSameAs(bug);
    }

    private static HttpOperationFailedException failed(String address, String redirect) {
        return new HttpOperationFailedException(address, 403, "Forbidden", redirect, Map.of(), "no");
    }
}
