package com.aiprod.pipeline.api.watch;

import com.aiprod.pipeline.api.http.RequestHeaders;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Parses the preference {@code wait=N} of RFC 7240: how long to hold the response. */
@Component("preferredWait")
public class PreferredWait {

    static final int MAX_SEC = 60;

    private static final Pattern WAIT = Pattern.compile("(?i)(?:^|,)\\s*wait\\s*=\\s*\"?([0-9]{1,9})\"?\\s*(?=$|[,;])");

    /** Sets the exchange variable {@code waitSec} (Integer, absent if not given) from the header {@code Prefer}. */
    public void parse(Exchange exchange) {
        exchange.setVariable("waitSec", parse(RequestHeaders.lines(exchange, "Prefer")));
    }

    /**
     * The seconds to wait.
     *
     * @param lines the request's {@code Prefer} header lines
     * @return 1 to 60, with larger values reduced to 60; null if the preference is absent or invalid, because RFC 7240
     *     says to ignore unknown preferences
     */
    static Integer parse(List<String> lines) {
        Matcher wait = WAIT.matcher(String.join(",", lines));
        if (!wait.find()) {
            return null;
        }
        int seconds = Integer.parseInt(wait.group(1));
        return seconds < 1 ? null : Math.min(seconds, MAX_SEC);
    }
}
