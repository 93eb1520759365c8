package com.aiprod.pipeline.system.failures;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.Bystander;
import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.google.pubsub.v1.PubsubMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/** Messages that cannot be read: each becomes one dead letter and blocks nothing. */
@SystemTest
class PoisonIT {

    /** A marker in the data or the attributes of each message, to find its dead letter. */
    private static final String MARK = "mark";

    @LocalServerPort
    private int port;

    @Value("${aiprod.pubsub.emulator-host}")
    private String broker;

    @Autowired
    private JdbcTemplate database;

    @Test
    void becomesOneDeadLetterAndBlocksNothing() throws Exception {
        List<String> marks = new ArrayList<>();
        try (Bystander bystander = new Bystander(broker)) {
            String letters = bystander.listen(Bystander.DEAD_LETTERS);
            for (String topic : List.of(Bystander.JOBS, Bystander.RESULTS)) {
                for (byte[] data : poison()) {
                    marks.add(publish(bystander, topic, data, Map.of("attempt", "1")));
                }
            }
            byte[] result = text("{'job_id':'%s','status':'success','output':{},'processing_time_ms':1}"
                    .formatted(UUID.randomUUID()));
            for (String attempt : List.of("0", "-1", "x", "99999999999")) {
                marks.add(publish(bystander, Bystander.RESULTS, result, Map.of("attempt", attempt)));
            }
            marks.add(publish(bystander, Bystander.RESULTS, result, Map.of()));
            for (byte[] data : poison()) {
                marks.add(publish(bystander, Bystander.DEAD_LETTERS, data, Map.of()));
                marks.add(publish(bystander, Bystander.DEAD_LETTERS, data, Map.of("schema", "dead-letter.v1")));
            }

            User alice = User.of(port, "alice");
            alice.await(alice.start("none"), "COMPLETED");

            for (String mark : marks) {
                List<Map<String, Object>> kept = Awaitility.await("letter of " + mark)
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> letters(mark), rows -> !rows.isEmpty());
                assertThat(kept).singleElement().satisfies(letter -> {
                    assertThat(letter)
                            .containsEntry("error_code", "POISON_MESSAGE")
                            .containsEntry("job_id", null);
                    assertThat(letter.get("error").toString()).isNotBlank();
                });
            }
            assertThat(database.queryForObject(
                            "SELECT count(*) FROM dead_letters WHERE metadata -> 'attributes' ->> 'mark' IS NOT NULL",
                            Integer.class))
                    .isEqualTo(marks.size());
            PubsubMessage poison = bystander.next(letters, marks.get(0));
            assertThat(poison.getAttributesMap().keySet()).isSubsetOf("job_id", "attempt", "schema", "traceparent");
        }
    }

    private static List<byte[]> poison() {
        UUID unknown = UUID.randomUUID();
        return List.of(
                text("this is no JSON"),
                text("{"),
                text("null"),
                text("[]"),
                text("5"),
                text("''"),
                text("{}"),
                text("{'job_id':null}"),
                text("{'job_id':''}"),
                text("{'job_id':'1'}"),
                text("{'job_id':{'a':1}}"),
                text("{'job_id':'%s','status':'unheard-of','processing_time_ms':1}".formatted(unknown)),
                text("{'job_id':'%s','status':'success','processing_time_ms':-1}".formatted(unknown)),
                text("{'job_id':'%s','status':'success','output':{},'processing_time_ms':1}".formatted(unknown)),
                text("{'job_id':'%s','status':'error','output':'text','metadata':[]}".formatted(unknown)),
                text("{'job_id':'%s','status':'error','error_message':'a\\u0000b'}".formatted(unknown)),
                text("a\0b"),
                new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    }

    private static byte[] text(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static String publish(Bystander bystander, String topic, byte[] data, Map<String, String> attributes) {
        String mark = UUID.randomUUID().toString();
        Map<String, String> marked = new HashMap<>(attributes);
        marked.put(MARK, mark);
        bystander.publish(topic, data, marked);
        return mark;
    }

    private List<Map<String, Object>> letters(String mark) {
        return database.queryForList("SELECT * FROM dead_letters WHERE metadata -> 'attributes' ->> 'mark' = ?", mark);
    }
}
