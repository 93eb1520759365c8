package com.aiprod.pipeline.api.watch;

import com.aiprod.pipeline.api.http.RouteAnswerFilter;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Registers the filter that sends events after the route has ended. */
@Configuration(proxyBeanMethods = false)
class WatchConfiguration {

    @Bean
    FilterRegistrationBean<EventSender> eventSender(
            WatchedJobs watchedJobs, @Value("${aiprod.watch.heartbeat}") Duration heartbeat) {
        return RouteAnswerFilter.afterTheRoute(new EventSender(watchedJobs, heartbeat));
    }
}
