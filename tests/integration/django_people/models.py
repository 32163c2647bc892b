import uuid

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models


class Manager(BaseUserManager):
    def create_user(self, email=None, password=None, **more):
        more.pop("username", None)
        user = self.model(email=email, **more)
        user.set_password(password)
        user.save()
        return user


class Person(AbstractUser):
    username = None
    email = models.EmailField(unique=True)
    shoe_size = models.IntegerField(null=True)
    USERNAME_FIELD, REQUIRED_FIELDS = "email", []
    objects = Manager()


class UuidPerson(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    groups = models.ManyToManyField("auth.Group", related_name="+")
    user_permissions = models.ManyToManyField("auth.Permission", related_name="+")
