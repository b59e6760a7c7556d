from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "yardstick.project"
    label = "project"
